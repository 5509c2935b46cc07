/** Reading JSON values of unknown shape without trusting them. */
import type { Json, JsonObject } from "./types";

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An expression is an object whose only key is `expr`. */
export function isExpression(value: unknown): value is { readonly expr: string } {
  return isObject(value) && typeof value.expr === "string" && Object.keys(value).length === 1;
}

/** A reference is an object whose only key is `ref`. */
export function isReference(value: unknown): value is { readonly ref: string } {
  return isObject(value) && typeof value.ref === "string" && Object.keys(value).length === 1;
}

/** The value as one line of text for people; objects are written as JSON. */
export function toText(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isExpression(value)) return value.expr;
  return JSON.stringify(value);
}

/** The members of a `set`: the keys that are true, in code-unit order; plain arrays are taken too. */
export function setMembers(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === "string");
  if (!isObject(value)) return [];
  return Object.keys(value)
    .filter((key) => value[key] === true)
    .sort(compareCodeUnits);
}

/** The entries of a `list`, in the order of their order keys; ties are broken by the entry's id. */
export function listEntries(value: Json | undefined): readonly (readonly [string, JsonObject])[] {
  if (Array.isArray(value)) {
    return value.filter(isObject).map((entry, index) => [String(index), entry] as const);
  }
  if (!isObject(value) || isExpression(value)) return [];
  return Object.entries(value)
    .filter((pair): pair is [string, JsonObject] => isObject(pair[1]))
    .sort(
      ([idA, a], [idB, b]) =>
        compareCodeUnits(toText(a.order), toText(b.order)) || compareCodeUnits(idA, idB),
    );
}

/** The order that the model's keys have everywhere: by UTF-16 code unit, never by locale. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
