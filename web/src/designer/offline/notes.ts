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
  /** Ids of refusals that were not shown yet: the room was opened anew right after them. */
  readonly news: readonly string[];
}

/** More client ids than these are not remembered: a conflict with an older edit is nobody's. */
const CLIENTS_MAX = 50;

export function writeNotes(notes: Notes): Json {
  return JSON.parse(JSON.stringify({ ...notes, clients: notes.clients.slice(-CLIENTS_MAX) })) as Json;
}

/** The notes of several windows as one; the newest of them last. */
export function joinNotes(all: readonly Notes[]): Notes {
  const edits = new Map(all.flatMap((notes) => notes.edits.map((edit) => [edit.key, edit] as const)));
  const refusals = new Map(all.flatMap((notes) => notes.refusals.map((refusal) => [refusal.id, refusal] as const)));
  return {
    edits: [...edits.values()],
    refusals: [...refusals.values()].toSorted((a, b) => a.at - b.at),
    clients: [...new Set(all.flatMap((notes) => notes.clients))],
    news: [...new Set(all.flatMap((notes) => notes.news))],
  };
}

/** Reads what an earlier version may have written, too. */
export function readNotes(value: unknown): Notes {
  const notes = isObject(value) ? value : {};
  return {
    edits: objects(notes.edits).flatMap((edit) => readEdit(edit) ?? []),
    refusals: objects(notes.refusals).map(readRefusal),
    clients: Array.isArray(notes.clients) ? notes.clients.filter((client: Json) => typeof client === "number") : [],
    news: texts(notes.news),
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
      return edit === null ? [] : [typeof value.clip === "string" ? { ...edit, clip: value.clip } : edit];
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
