/**
 * What an expression outside pages is worth: computed fields, rules of roles, triggers and steps are
 * tried with a sample record, and what only a run knows says so.
 */
import { useMemo } from "react";

import { analyse } from "../../expressions";
import type { Choice, RecordController, RecordState, Scope } from "../../library/runtime";
import type { LiveNode } from "../../model/types";
import { type Readable, Store, useSelect } from "../../shared/store";
import { type Desk, useDesk, useSnapshot } from "../desk";
import type { Running } from "../runtime/running";
import { useRunning } from "../runtime/useRunning";
import { Line, type LiveValueProps, Value } from "./LiveValue";
import { modelsNeeded, type SamplePlace, standFor } from "./samples";

/** The sample record of each data model, where one was chosen. */
const chosenBy = new WeakMap<Desk, Store<ReadonlyMap<string, string>>>();

function samplesOf(desk: Desk): Store<ReadonlyMap<string, string>> {
  const known = chosenBy.get(desk) ?? new Store<ReadonlyMap<string, string>>(new Map());
  chosenBy.set(desk, known);
  return known;
}

export function SampleValue({ place, ...props }: LiveValueProps & { readonly place: SamplePlace }) {
  const running = useRunning();
  const analysis = useMemo(() => analyse(props.source), [props.source]);
  // What is wrong with it is said by the field itself.
  if (!analysis.ok || props.source.trim() === "") return null;
  const needed = modelsNeeded(place, analysis.value.roots);
  if (needed === null) return <Line state="none" text={place.when} />;
  if (running === null) return null;
  if (needed.record !== "" && needed.item !== "" && needed.record !== needed.item) return <TwoSamples {...props} running={running} {...needed} />;
  const model = needed.item || needed.record;
  return model === "" ? <Value {...props} running={running} scope={NOWHERE} /> : <OneSample {...props} running={running} record={needed.record} item={needed.item} model={model} />;
}

const NOWHERE: Scope = { page: null, params: {}, record: null, item: null };

interface SampleProps extends LiveValueProps {
  readonly running: Running;
  /** Data models, or empty. */
  readonly record: string;
  readonly item: string;
}

function OneSample({ model, ...props }: SampleProps & { readonly model: string }) {
  const sample = useSample(props.running, model);
  if (sample === null) return <Line state="none" text="— when there is a record" />;
  return (
    <>
      <Tried {...props} records={{ record: sample.id, item: sample.id }} />
      <SampleChooser model={model} sample={sample} />
    </>
  );
}

function TwoSamples(props: SampleProps) {
  const record = useSample(props.running, props.record);
  const item = useSample(props.running, props.item);
  if (record === null || item === null) return <Line state="none" text="— when there is a record" />;
  return (
    <>
      <Tried {...props} records={{ record: record.id, item: item.id }} />
      <SampleChooser model={props.record} sample={record} />
      <SampleChooser model={props.item} sample={item} />
    </>
  );
}

function Tried({ running, record, item, records, ...props }: SampleProps & { readonly records: { readonly record: string; readonly item: string } }) {
  const controller = useMemo(() => sampleRecord(running, record, records.record), [running, record, records.record]);
  const itemController = useMemo(() => sampleRecord(running, item, records.item), [running, item, records.item]);
  const saved = useSelect(itemController?.state ?? NONE, (state) => state?.saved ?? null);
  const scope = useMemo<Scope>(() => ({ page: null, params: {}, record: controller, item: saved }), [controller, saved]);
  if (item !== "" && saved === null) return <Line state="pending" text="…" />;
  return <Value {...props} running={running} scope={scope} />;
}

const NONE: Readable<RecordState | null> = { get: () => null, subscribe: () => () => undefined };

function sampleRecord(running: Running, model: string, record: string): RecordController | null {
  return model === "" ? null : running.player.record(standFor(model, record), NOWHERE);
}

interface Sample {
  readonly id: string;
  readonly choices: readonly Choice[];
}

/** The chosen record of a data model, or its first; null while there is none. */
function useSample(running: Running, model: string): Sample | null {
  const desk = useDesk();
  const found = useSelect(useMemo(() => running.player.references(model, ""), [running, model]), (value) => value);
  const chosen = useSelect(samplesOf(desk), (all) => all.get(model));
  const { choices } = found;
  const isThere = choices.some(({ value }) => value === chosen);
  const id = isThere ? chosen : choices[0]?.value;
  return id === undefined ? null : { id, choices };
}

function SampleChooser({ model, sample }: { readonly model: string; readonly sample: Sample }) {
  const desk = useDesk();
  const node: LiveNode | undefined = useSnapshot().node(model);
  const name = typeof node?.props.name === "string" ? node.props.name : "record";
  return (
    <label className="dr-sample">
      <span>with {name}</span>
      <select aria-label={`Sample ${name}`} value={sample.id} onChange={(event) => samplesOf(desk).set(new Map(samplesOf(desk).get()).set(model, event.currentTarget.value))}>
        {sample.choices.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
      </select>
    </label>
  );
}
