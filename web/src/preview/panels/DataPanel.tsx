/** The data of the preview: how much there is, sample data, starting over, what waits to be decided. */
import { type FormEvent, useMemo, useState } from "react";

import { pagePath, pagesOf } from "../../model/routes";
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject } from "../../model/types";
import { isObject, isReference, toText } from "../../model/value";
import { useApplication, useSchema, useSnapshot, useValue } from "../context";
import { designerAddress } from "../place";
import { dataQuestion, type DataState, type Pending } from "./answers";

/** The server creates at most so many records of each model at once. */
const PER_MODEL_MAX = 1000;

export function DataPanel() {
  const { player } = useApplication();
  const answer = useValue(useMemo(() => player.queries.ask(dataQuestion(player.client)), [player]));
  const { isReadOnly } = useSchema();
  if (answer.value === null) {
    return <p className="player-muted" role="status">{answer.error === null ? "Counting…" : answer.error.message}</p>;
  }
  return (
    <>
      <PendingList pending={answer.value.pending} isReadOnly={isReadOnly} />
      <Counts counts={answer.value.counts} />
      {isReadOnly ? <p className="player-muted">You may look at the data and not change it.</p> : <Making />}
    </>
  );
}

function Counts({ counts }: { readonly counts: DataState["counts"] }) {
  const { models } = useSchema();
  const snapshot = useSnapshot();
  const rows = [...models.values()].filter(({ id }) => counts[id] !== undefined);
  if (rows.length === 0) return <p className="player-muted">There are no data models yet.</p>;
  return (
    <table className="player-table">
      <thead>
        <tr><th scope="col">Model</th><th scope="col" className="player-number">Records</th></tr>
      </thead>
      <tbody>
        {rows.map(({ id, name }) => {
          const page = listPageOf(snapshot, id);
          return (
            <tr key={id}>
              <td>{page === null ? name : <a href={`#${page}`}>{name}</a>}</td>
              <td className="player-number">{(counts[id] ?? 0).toLocaleString()}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

// The first page with a table of the model that needs no parameter to be gone to.
function listPageOf(snapshot: Snapshot, model: string): string | null {
  for (const page of pagesOf(snapshot)) {
    const path = pagePath(page);
    if (path.includes(":")) continue;
    for (const { props, type } of snapshot.subtree(page.id)) {
      const source = props.dataSource;
      const isList = typeName(type) === "Table" || typeName(type) === "List";
      if (isList && isObject(source) && isReference(source.model) && source.model.ref === model) return path;
    }
  }
  return null;
}

function Making() {
  const { player } = useApplication();
  const [seed, setSeed] = useState("1");
  const [count, setCount] = useState("20");
  const [isBusy, setBusy] = useState(false);
  const run = async (path: string, body: JsonObject, told: (answer: Json) => string): Promise<void> => {
    setBusy(true);
    const outcome = await player.client.send(`player/data/${path}`, { method: "POST", body });
    setBusy(false);
    player.queries.invalidate(null);
    if (outcome.ok) player.messages.show(told(outcome.value), "success");
    else player.messages.show(outcome.error.message, "error");
  };
  const generate = (event: FormEvent): void => {
    event.preventDefault();
    void run("generate", { seed: Number(seed), perModel: Number(count) }, createdText);
  };
  const reset = async (): Promise<void> => {
    const isSure = await player.messages.confirm("Delete all records of this preview? This cannot be undone.");
    if (isSure) void run("reset", {}, () => "All records were deleted.");
  };
  return (
    <>
      <form className="player-form" onSubmit={generate}>
        <h3>Sample data</h3>
        <div className="player-row">
          <label>Records of each model
            <input type="number" min={1} max={PER_MODEL_MAX} required value={count} onChange={(event) => setCount(event.target.value)} />
          </label>
          <label>Seed
            <input type="number" min={0} max={2147483647} required value={seed} onChange={(event) => setSeed(event.target.value)} />
          </label>
        </div>
        <p className="player-muted">The same seed makes the same data.</p>
        <button type="submit" className="player-button" data-primary disabled={isBusy}>Generate</button>
      </form>
      <section className="player-form">
        <h3>Start over</h3>
        <button type="button" className="player-button" data-danger disabled={isBusy} onClick={() => void reset()}>Delete all records…</button>
      </section>
    </>
  );
}

function createdText(answer: Json): string {
  const created = isObject(answer) && isObject(answer.created) ? Object.values(answer.created) : [];
  const total = created.reduce<number>((sum, count) => sum + (typeof count === "number" ? count : 0), 0);
  return `${total.toLocaleString()} records were created.`;
}

function PendingList({ pending, isReadOnly }: { readonly pending: readonly Pending[]; readonly isReadOnly: boolean }) {
  const { place, player } = useApplication();
  if (pending.length === 0) return null;
  const confirm = async (item: Pending): Promise<void> => {
    if (!(await player.messages.confirm(`${item.message} This cannot be undone. Go on?`))) return;
    const outcome = await player.client.send("player/data/confirm", { method: "POST", body: { ids: [item.id] } });
    player.queries.invalidate(null);
    if (!outcome.ok) player.messages.show(outcome.error.message, "error");
  };
  return (
    <section className="player-pending" aria-label="Waiting for a decision">
      <h3>Data would be lost</h3>
      <p className="player-muted">The design changed so that these values have no place any more. They are kept until somebody agrees.</p>
      <ul>
        {pending.map((item) => (
          <li key={item.id}>
            <p>
              <a href={designerAddress(place.room, item.node)} target="_blank" rel="noopener">{item.name || item.node}</a>: {item.message}
            </p>
            {item.examples.length > 0 && <p className="player-muted">Such as {item.examples.map((value) => `“${toText(value)}”`).join(", ")}</p>}
            {!isReadOnly && <button type="button" className="player-button" data-danger onClick={() => void confirm(item)}>Confirm…</button>}
          </li>
        ))}
      </ul>
    </section>
  );
}
