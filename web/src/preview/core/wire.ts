/** Records as they travel: `{"id", "@version", …, <field>: …}`, read into `DataRecord` and back. */
import type { DataRecord } from "../../library/runtime";
import type { Json, JsonObject } from "../../model/types";
import { isObject } from "../../model/value";

export interface RecordPage {
  readonly records: readonly DataRecord[];
  readonly total: number | null;
  /** Where the next page begins, for addresses that are paged by a cursor. */
  readonly next: string | null;
}

/** A record of the model with this id; null for what is none. */
export function readRecord(value: Json | undefined, model: string): DataRecord | null {
  if (!isObject(value) || typeof value.id !== "string") return null;
  const version = value["@version"];
  const values = Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith("@")));
  return { id: value.id, model, version: typeof version === "number" ? version : 0, values };
}

export function readPage(value: Json, model: string): RecordPage {
  const body = isObject(value) ? value : {};
  const items = Array.isArray(body.items) ? body.items : [];
  return {
    records: items.flatMap((item) => readRecord(item, model) ?? []),
    total: typeof body.total === "number" ? body.total : null,
    next: typeof body.next === "string" && body.next !== "" ? body.next : null,
  };
}

/** The id behind a reference, expanded or not; anything else as it is. */
export function referenceId(value: Json | undefined): Json {
  return isObject(value) && typeof value.id === "string" ? value.id : (value ?? null);
}

/** What is sent of a record's values: references as ids, nothing that only the server writes. */
export function writable(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, referenceId(value)]));
}
