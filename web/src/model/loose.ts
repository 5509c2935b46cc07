/** Values as people type them: JSON, plain words, numbers, and expressions made of values. */
import { misfit } from "./schema";
import type { Json, Schema } from "./types";

type Reading = { readonly value: Json | undefined } | { readonly error: string };

/** Reads JSON; words that are no JSON are taken as a string where the schema takes strings. */
export function readLoose(text: string, schema: Schema): Reading {
  const trimmed = text.trim();
  if (trimmed === "") return { value: undefined };
  let value: Json;
  try {
    value = JSON.parse(trimmed) as Json;
  } catch (error) {
    const takesText = misfit(schema, "") === null;
    if (!takesText || /^[[{"]/u.test(trimmed)) return { error: `This is not JSON: ${(error as Error).message}` };
    value = text;
  }
  const reason = misfit(schema, value);
  return reason === null ? { value } : { error: reason };
}

/** The opposite of `readLoose`: a plain word stays plain, what would read as JSON is quoted. */
export function writeLoose(value: Json | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string" && !readsAsJson(value) && value.trim() === value && !/^[[{"]/u.test(value)) return value;
  const isFlat = Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null);
  return JSON.stringify(value, null, isFlat ? undefined : 2);
}

function readsAsJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return text === "";
  }
}

/** The number that a text says in full, or null. */
export function readNumber(text: string, isInteger: boolean): number | null {
  const trimmed = text.trim();
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/iu.test(trimmed)) return null;
  const number = Number(trimmed);
  if (!Number.isFinite(number) || (isInteger && !Number.isSafeInteger(number))) return null;
  return number;
}

/** A fixed value as the expression that yields it, so that turning one into the other keeps it. */
export function expressionFor(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value === "" ? "" : `'${value.replace(/\\/gu, "\\\\").replace(/'/gu, "\\'").replace(/\n/gu, "\\n")}'`;
  return typeof value === "object" ? "" : String(value);
}
