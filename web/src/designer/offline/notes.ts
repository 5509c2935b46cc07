/** The notes beside a local copy: what waits, what was refused, and under which Yjs client ids. */
import type { Json, JsonObject } from "../../model/types";
import { isObject } from "../../model/value";
import type { OwnEdit } from "../conflicts/journal";
import type { Refusal, RefusedValue } from "../panels/refusals";

export interface Notes {
  readonly edits: readonly OwnEdit[];
  readonly refusals: readonly Refusal[];
  /** The client ids that this person has had in this copy. */
  readonly clients: readonly number[];
}

/** More client ids than these are not remembered: a conflict with an older edit is nobody's. */
const CLIENTS_MAX = 50;

export function writeNotes(notes: Notes): Json {
  return JSON.parse(JSON.stringify({ ...notes, clients: notes.clients.slice(-CLIENTS_MAX) })) as Json;
}

/** Reads what an earlier version may have written, too. */
export function readNotes(value: unknown): Notes {
  const notes = isObject(value) ? value : {};
  return {
    edits: objects(notes.edits).flatMap((edit) => readEdit(edit) ?? []),
    refusals: objects(notes.refusals).map(readRefusal),
    clients: Array.isArray(notes.clients) ? notes.clients.filter((client: Json) => typeof client === "number") : [],
  };
}

function readEdit(edit: JsonObject): OwnEdit | null {
  const { kind, key, node, mine, before } = edit;
  if (kind !== "value" && kind !== "place" && kind !== "text") return null;
  if (typeof key !== "string" || typeof node !== "string") return null;
  return {
    key,
    node,
    kind,
    path: texts(edit.path),
    mine,
    before,
    at: number(edit.at),
    isWaiting: edit.isWaiting === true,
    isNew: edit.isNew === true,
    label: text(edit.label),
    type: text(edit.type),
  };
}

function readRefusal(refusal: JsonObject): Refusal {
  return {
    id: text(refusal.id),
    nodes: texts(refusal.nodes),
    path: texts(refusal.path),
    code: text(refusal.code),
    reason: text(refusal.reason),
    at: number(refusal.at),
    isOffline: refusal.isOffline === true,
    values: objects(refusal.values).flatMap((value): readonly RefusedValue[] => {
      const edit = readEdit(value);
      return edit === null ? [] : [edit];
    }),
  };
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === "string") : [];
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function number(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
