/** The run log: which workflows ran, with their steps and attempts, live. */
import { useMemo, useState } from "react";

import { words } from "../../model/schema";
import type { Json } from "../../model/types";
import { toText } from "../../model/value";
import { useApplication, useSchema, useValue } from "../context";
import { designerAddress } from "../place";
import { type Attempt, type Run, runQuestion, runsQuestion, type Step } from "./answers";

export function RunsPanel() {
  const { player } = useApplication();
  const [pages, setPages] = useState(1);
  const [open, setOpen] = useState<string | null>(null);
  const answer = useValue(useMemo(() => player.queries.ask(runsQuestion(player.client, pages)), [player, pages]));
  const { runs, hasMore } = answer.value ?? { runs: [], hasMore: false };
  return (
    <>
      <Starter />
      {answer.value === null && <p className="player-muted" role="status">{answer.error === null ? "Reading the log…" : answer.error.message}</p>}
      {answer.value !== null && runs.length === 0 && (
        <p className="player-muted">No workflow has run yet. One starts by hand, from a button, or when a record that it waits for changes.</p>
      )}
      <ol className="player-runs">
        {runs.map((run) => (
          <li key={run.id}>
            <button type="button" className="player-run" aria-expanded={open === run.id} onClick={() => setOpen(open === run.id ? null : run.id)}>
              <Status status={run.status} />
              <strong>{run.name || "Workflow"}</strong>
              <span className="player-muted">{triggerText(run)}</span>
              <time dateTime={run.startedAt}>{clock(run.startedAt)}</time>
            </button>
            {open === run.id && <Detail id={run.id} />}
          </li>
        ))}
      </ol>
      {hasMore && <button type="button" className="player-button" onClick={() => setPages(pages + 1)}>Show more</button>}
    </>
  );
}

function Starter() {
  const { player } = useApplication();
  const { workflows } = useSchema();
  const mine = workflows.filter(({ mayRun }) => mayRun);
  const [chosen, setChosen] = useState("");
  const workflow = mine.find(({ id }) => id === chosen) ?? mine[0];
  if (workflow === undefined) return null;
  const start = async (): Promise<void> => {
    const outcome = await player.client.send("player/run", { method: "POST", body: { workflow: workflow.id, input: {} } });
    if (!outcome.ok) player.messages.show(outcome.error.message, "error");
  };
  return (
    <div className="player-row player-starter">
      <label>Run by hand
        <select value={workflow.id} onChange={(event) => setChosen(event.target.value)}>
          {mine.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </label>
      <button type="button" className="player-button" onClick={() => void start()}>Run</button>
    </div>
  );
}

function Detail({ id }: { readonly id: string }) {
  const { place, player } = useApplication();
  const answer = useValue(useMemo(() => player.queries.ask(runQuestion(player.client, id)), [player, id]));
  if (answer.value === null) return <p className="player-muted" role="status">{answer.error === null ? "Reading the run…" : answer.error.message}</p>;
  const { error, steps } = answer.value;
  return (
    <div className="player-steps">
      {error !== null && <p className="player-fault">{error.message}</p>}
      {steps.length === 0 && <p className="player-muted">No step has been done.</p>}
      <ol>
        {steps.map((step, index) => (
          <li key={index}>
            <p className="player-step">
              <Status status={step.status} />
              <a href={designerAddress(place.room, step.id)} target="_blank" rel="noopener">{step.name || words(step.type)}</a>
              <span className="player-muted">{words(step.type)}{step.isSimulated ? ", from an example" : ""}{lasting(step)}</span>
            </p>
            {step.error !== null && <p className="player-fault">{step.error.message}</p>}
            {step.attempts.length > 0 && <Attempts attempts={step.attempts} />}
            <Values title="Input" value={step.input} />
            <Values title="Output" value={step.output} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  return (
    <ul className="player-attempts">
      {attempts.map((attempt) => (
        <li key={attempt.number}>
          Attempt {attempt.number}: {attempt.status === "" ? (attempt.error?.code ?? "no answer") : `answered ${attempt.status}`}
          {attempt.nextAt !== "" && <span className="player-muted"> · next at {clock(attempt.nextAt)}</span>}
        </li>
      ))}
    </ul>
  );
}

function Values({ title, value }: { readonly title: string; readonly value: Json }) {
  if (value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0)) return null;
  return (
    <details className="player-values">
      <summary>{title}</summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}

const STATUS: Readonly<Record<string, readonly [tone: string, word: string]>> = {
  waiting: ["warning", "Waiting"],
  running: ["info", "Running"],
  succeeded: ["success", "Succeeded"],
  handled: ["warning", "Handled"],
  failed: ["danger", "Failed"],
};

function Status({ status }: { readonly status: string }) {
  const [tone, word] = STATUS[status] ?? ["info", words(status)];
  return <span className="player-state" data-tone={tone}>{word}</span>;
}

function triggerText({ trigger }: Run): string {
  const kind = words(toText(trigger.kind)).toLowerCase();
  const actor = typeof trigger.actor === "object" && trigger.actor !== null && "name" in trigger.actor ? toText(trigger.actor.name) : "";
  return actor === "" ? kind : `${kind}, ${actor}`;
}

function lasting({ startedAt, endedAt }: Step): string {
  const ms = Date.parse(endedAt) - Date.parse(startedAt);
  if (!Number.isFinite(ms)) return "";
  return ms < 1000 ? `, ${Math.round(ms)} ms` : `, ${(ms / 1000).toFixed(1)} s`;
}

/** The time of today, the date too for another day, in the reader's way. */
function clock(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? date.toLocaleTimeString() : date.toLocaleString();
}
