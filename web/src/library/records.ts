/** Records and their fields: where a column's value stands, what it is, how a record is called. */
import { words } from "../model/schema";
import type { Json, JsonObject, LiveNode } from "../model/types";
import { isObject, isReference, listEntries, toText } from "../model/value";
import type { DataRecord, FieldInfo, ModelInfo } from "./runtime";

/** Ways to show the value of a column or of a detail. */
export const SHOWN_AS = ["Text", "Badge", "Link", "Icon", "Image", "Checkbox"] as const;
export type ShownAs = (typeof SHOWN_AS)[number];

export type ModelOf = (id: string) => ModelInfo | null;

/** A column before its own properties are computed: which entry it is, and what it shows. */
export interface Place {
  readonly entry: string;
  /** Names from the record to the value, joined by points; empty for a computed column. */
  readonly path: string;
  readonly field: FieldInfo | null;
}

const SYSTEM: readonly FieldInfo[] = (
  [["id", "UUID"], ["createdAt", "DateTime"], ["updatedAt", "DateTime"], ["createdBy", "Text"]] as const
).map(([name, type]) => ({ id: name, name, title: words(name), type, isRequired: true, isReadOnly: true, values: [], target: "", scale: 0 }));

/** The places of a table's columns or of a detail view's fields; all fields where none is chosen. */
export function placesOf(node: LiveNode, list: "columns" | "fields", model: ModelInfo | null, modelOf: ModelOf): readonly Place[] {
  const entries = listEntries(node.props[list]);
  if (entries.length === 0) return (model?.fields ?? []).filter((field) => field.type !== "Json").map((field) => ({ entry: "", path: field.name, field }));
  return entries.flatMap(([entry, column]) => {
    const path = column.field === undefined || column.field === null ? "" : fieldPath(column.field, model);
    // A field that is not there is masked for the role, or deleted: it has no column at all.
    if (path === "" && model !== null && isReference(column.field)) return [];
    return [{ entry, path, field: fieldAt(path, model, modelOf) }];
  });
}

/** The path of names that a column's `field` means: a reference, a name, or names with points. */
export function fieldPath(value: Json, model: ModelInfo | null): string {
  if (!isReference(value)) return toText(value);
  return model?.fields.find((field) => field.id === value.ref)?.name ?? "";
}

export function fieldAt(path: string, model: ModelInfo | null, modelOf: ModelOf): FieldInfo | null {
  const [name, ...rest] = path.split(".");
  const field = [...(model?.fields ?? []), ...SYSTEM].find((each) => each.name === name) ?? null;
  if (rest.length === 0 || field === null) return field;
  return field.target === "" ? null : fieldAt(rest.join("."), modelOf(field.target), modelOf);
}

/** The value at a path, through references that are expanded; null where the way ends. */
export function valueIn(record: DataRecord, path: string): Json {
  const [first = "", ...rest] = path.split(".");
  const own = Object.hasOwn(record.values, first) ? record.values[first] : first === "id" ? record.id : null;
  return rest.reduce<Json>((value, name) => (isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null), own ?? null);
}

/** The id behind a reference, expanded or not; empty for none. */
export function referenceId(value: Json): string {
  return isObject(value) ? toText(value.id) : toText(value);
}

const NAMING = ["name", "title", "label", "displayName", "fullName"] as const;

/** What a record is called: its name, else its first text, else its id. */
export function labelOf(record: JsonObject, model: ModelInfo | null): string {
  const texts = (model?.fields ?? []).filter((field) => field.type === "Text" || field.type === "Email").map((field) => field.name);
  for (const name of [...NAMING, ...texts]) {
    const value = record[name];
    if (typeof value === "string" && value !== "") return value;
  }
  if (model === null) {
    const first = Object.entries(record).find(([name, value]) => !name.startsWith("@") && !SYSTEM.some((field) => field.name === name) && typeof value === "string" && value !== "");
    if (first !== undefined) return toText(first[1]);
  }
  return toText(record.id);
}

/** Any value as text for people, without a format: records by their names, lists with commas. */
export function described(value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => described(item)).filter((text) => text !== "").join(", ");
  if (isObject(value)) return value.id === undefined ? JSON.stringify(value) : labelOf(value, null);
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return toText(value);
}

/** The tone that a word of a status usually has: so that badges in columns tell apart at a glance. */
export function toneOf(word: string): "neutral" | "info" | "success" | "warning" | "danger" {
  const plain = word.toLowerCase();
  if (/^(confirmed|paid|done|active|approved|completed?|shipped|delivered|success|open|available|gold|yes)$/u.test(plain)) return "success";
  if (/^(cancelled|canceled|failed|rejected|error|overdue|blocked|expired)$/u.test(plain)) return "danger";
  if (/^(pending|reserving|backordered|waiting|review|warning|late|on.?hold)$/u.test(plain)) return "warning";
  if (/^(new|processing|running|in.?progress|sent|planned|silver)$/u.test(plain)) return "info";
  return "neutral";
}

/** The same entries but the one of this name. */
export function without<T>(entries: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).filter(([own]) => own !== name));
}
