/** What starts a workflow: a sentence, and the form of its kind. */
import { NativeSelect } from "@mantine/core";
import { CalendarClock, ChevronRight, Hand, type LucideIcon, Radio, RefreshCw, Webhook } from "lucide-react";
import { useId, useState } from "react";

import { requiredMembers } from "../../model/schema";
import type { LiveNode } from "../../model/types";
import { isObject, toText } from "../../model/value";
import { useDesk, useIsReadOnly, useSnapshot } from "../desk";
import { useFlash } from "../flash";
import { FieldFrame } from "../inspector/FieldFrame";
import { PropField } from "../inspector/PropField";
import { NodeSubject } from "../models/NodeFields";
import { nextRuns, readCron } from "./cron";
import { triggerId } from "./ids";
import { triggerWords } from "./words";

/** What each kind of trigger is called, and which properties it has. */
const KINDS: Readonly<Record<string, { readonly title: string; readonly icon: LucideIcon; readonly members: readonly string[] }>> = {
  manual: { title: "By hand", icon: Hand, members: [] },
  recordCreated: { title: "A record is created", icon: RefreshCw, members: ["model", "when"] },
  recordUpdated: { title: "A record is changed", icon: RefreshCw, members: ["model", "when"] },
  recordDeleted: { title: "A record is deleted", icon: RefreshCw, members: ["model", "when"] },
  schedule: { title: "On a schedule", icon: CalendarClock, members: ["cron", "timeZone"] },
  event: { title: "An event is sent", icon: Radio, members: ["event"] },
  webhook: { title: "Its address is called", icon: Webhook, members: ["path", "secret"] },
};

const KIND_PATH = ["trigger", "type"];
/** How many of the next times are shown. */
const RUNS_SHOWN = 3;

export function TriggerCard({ workflow }: { readonly workflow: LiveNode }) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const isReadOnly = useIsReadOnly();
  const id = useId();
  const flash = useFlash(workflow.id, "trigger");
  const [isOpen, setOpen] = useState(true);
  const trigger = isObject(workflow.props.trigger) ? workflow.props.trigger : {};
  const type = toText(trigger.type) || "manual";
  const kind = KINDS[type];
  const Icon = kind?.icon ?? Hand;
  const schema = desk.registry.byType(workflow.type)?.schema.properties?.trigger;
  const required = requiredMembers(schema, trigger);
  const choose = (next: string): void => {
    desk.connection.stopCapturing();
    desk.connection.editor.set(workflow.id, KIND_PATH, next);
  };
  return (
    <section className="dw-card dw-trigger" aria-label="Trigger">
      {flash > 0 && <span key={flash} className="dr-flash" aria-hidden />}
      <div className="dw-head">
        <button id={triggerId(workflow.id)} type="button" className="dw-main dw-trigger-main" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          <span className="dw-chevron" data-open={isOpen} aria-hidden><ChevronRight size={14} /></span>
          <Icon size={14} strokeWidth={1.75} aria-hidden />
          <span className="dw-text">
            <span className="dw-sentence" dir="auto">{triggerWords(workflow, snapshot)}</span>
            <span className="dw-name">Trigger</span>
          </span>
        </button>
      </div>
      {isOpen && (
        <div id={id} className="dw-form">
          <NodeSubject id={workflow.id} isBindable={false}>
            <FieldFrame owner={workflow} path={KIND_PATH} schema={schema?.properties?.type ?? {}} value={type} isGroup={false} id={`${id}-kind`}>
              {isReadOnly ? (
                <div role="group" aria-labelledby={`${id}-starts`}>
                  <span className="dr-label" id={`${id}-starts`}>Starts</span>
                  <div className="dr-words">{kind?.title ?? type}</div>
                </div>
              ) : (
                <NativeSelect
                  label="Starts"
                  value={type}
                  data={[...Object.entries(KINDS).map(([value, { title }]) => ({ value, label: title })), ...(kind === undefined ? [{ value: type, label: type }] : [])]}
                  onChange={(event) => choose(event.currentTarget.value)}
                />
              )}
            </FieldFrame>
            {(kind?.members ?? []).map((name) => {
              const member = schema?.properties?.[name];
              return member === undefined ? null : <PropField key={name} name={name} path={["trigger", name]} schema={member} isRequired={required.has(name)} />;
            })}
          </NodeSubject>
          {type === "schedule" && <NextRuns cron={toText(trigger.cron)} timeZone={toText(trigger.timeZone) || "UTC"} />}
        </div>
      )}
    </section>
  );
}

function NextRuns({ cron: text, timeZone }: { readonly cron: string; readonly timeZone: string }) {
  if (text === "") return <p className="dr-hint">Five fields: minute, hour, day, month, day of the week. “0 3 * * *” is every day at three.</p>;
  const cron = readCron(text);
  if (cron === null) return <p className="dr-field-problem">This is no schedule: five fields of numbers, “*”, lists, ranges or steps.</p>;
  const runs = nextRuns(cron, timeZone, Date.now(), RUNS_SHOWN);
  if (runs.length === 0) return <p className="dr-field-problem">With this schedule and time zone it never starts.</p>;
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  return (
    <div className="dw-runs">
      <span className="dr-label" id="next-runs">Next</span>
      <ol aria-labelledby="next-runs">
        {runs.map((run) => <li key={run}><time dateTime={new Date(run).toISOString()}>{format.format(run)}</time></li>)}
      </ol>
      <span className="dr-hint">{timeZone}</span>
    </div>
  );
}
