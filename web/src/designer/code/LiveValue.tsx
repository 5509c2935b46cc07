/** What an expression is worth now, below its field: computed by the application, as on the canvas. */
import { useEffect, useMemo, useState } from "react";

import { formatted, readFormat } from "../../library/formats";
import { described } from "../../library/records";
import type { Resolved, Scope } from "../../library/runtime";
import type { PropPath } from "../../model/editor";
import type { Json, LiveNode } from "../../model/types";
import { type Readable, useSelect } from "../../shared/store";
import type { Running } from "../runtime/running";
import { useDesk } from "../desk";
import { useRunning, useScopeAt } from "../runtime/useRunning";
import { type SamplePlace, samplePlace } from "./samples";
import { SampleValue } from "./SampleValue";
import "../runtime/runtime.css";

/** While somebody types, no half-written expression is asked about. */
const TYPING_PAUSE_MS = 300;
const CHARACTERS_MAX = 160;

export interface LiveValueProps {
  readonly owner: LiveNode;
  readonly path: PropPath;
  readonly source: string;
}

export function LiveValue(props: LiveValueProps) {
  const { owner, path } = props;
  const place = useSelect(useDesk().connection.model.snapshots, (snapshot) => samplePlace(snapshot, owner, path), samePlace);
  return place === null ? <PageValue {...props} /> : <SampleValue {...props} place={place} />;
}

function samePlace(a: SamplePlace | null, b: SamplePlace | null): boolean {
  return a === b || (a !== null && b !== null && a.record === b.record && a.item === b.item && a.isAskable === b.isAskable && a.when === b.when);
}

function PageValue(props: LiveValueProps) {
  const running = useRunning();
  const scope = useScopeAt(props.owner, props.path);
  return running === null || scope === null || props.source.trim() === "" ? null : <Value {...props} running={running} scope={scope} />;
}

/** The value in a scope, as it changes. */
export function Value({ owner, path, source, running, scope }: LiveValueProps & { readonly running: Running; readonly scope: Scope }) {
  const asked = usePaused(source);
  const key = JSON.stringify(path);
  const value = useMemo<Readable<Resolved>>(
    () => running.player.evaluation.expression(owner.id, JSON.parse(key) as PropPath, asked, scope),
    [running, owner.id, key, asked, scope],
  );
  const resolved = useSelect(value, (now) => now);
  const record = useSelect(scope.record?.state ?? NO_RECORD, (state) => state.state);
  // What is no expression yet has no value, whatever it will read.
  if (resolved.state === "failed" && /^expression_(?:syntax|type)$/u.test(resolved.error.code)) return null;
  const isWithout = record === "missing" && /\brecord\b/u.test(asked);
  const isWithoutItem = scope.item === null && /\b(?:item|row)\b/u.test(asked);
  if (isWithout || (isWithoutItem && resolved.state === "failed")) return <Line state="none" text="— when there is a record" />;
  switch (resolved.state) {
    case "pending":
      return <Line state="pending" text="…" />;
    case "failed":
      // What is wrong with its types is said by the field itself, where it is underlined.
      return /^expression_(?:syntax|name|type)$/u.test(resolved.error.code) ? null : <Line state="failed" text={resolved.error.message} />;
    case "ready":
      return <Line state="ready" text={textOf(resolved.value, owner)} />;
  }
}

const NO_RECORD: Readable<{ readonly state: string }> = { get: () => ({ state: "none" }), subscribe: () => () => undefined };

export function Line({ state, text }: { readonly state: "ready" | "pending" | "failed" | "none"; readonly text: string }) {
  return (
    <p className="dr-live" data-state={state}>
      {state === "ready" && <span aria-hidden>=</span>}
      <output aria-label="Value now" title={text}>{text}</output>
    </p>
  );
}

/** A value as the component would write it, shortened to a line. */
export function textOf(value: Json, owner: LiveNode): string {
  if (value === null) return "nothing";
  if (value === "") return "an empty text";
  if (Array.isArray(value)) {
    const items = value.length === 1 ? "1 item" : `${value.length} items`;
    return value.length === 0 ? items : shortened(`${items}: ${value.slice(0, 5).map((item: Json) => described(item)).join(", ")}`);
  }
  const format = readFormat(owner.props.format);
  const isFormatted = format.style !== null || format.pattern !== null;
  const reading = { locale: navigator.language, now: Date.now() };
  return shortened(isFormatted && typeof value !== "boolean" ? formatted(value, format, null, reading) : described(value));
}

function shortened(text: string): string {
  const characters = Array.from(text.replace(/\s+/gu, " "));
  return characters.length <= CHARACTERS_MAX ? characters.join("") : `${characters.slice(0, CHARACTERS_MAX - 1).join("")}…`;
}

function usePaused<T>(value: T): T {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return paused;
}
