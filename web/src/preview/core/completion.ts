/**
 * Records completed for an expression: references that came as ids get the fields that it reads.
 *
 * Lists of records that did not come along cannot be completed here: then the server answers.
 */
import type { DataRecord } from "../../library/runtime";
import type { Json } from "../../model/types";
import { isObject } from "../../model/value";
import type { Seen } from "./expressions";
import type { Loaded } from "./queries";
import { fieldOf, inverseOf, type Schema } from "./schema";

export type Lookup = (model: string, id: string) => Loaded<DataRecord>;

interface Means {
  readonly schema: Schema;
  /** A record that was never saved has empty lists. */
  readonly isNew: boolean;
  readonly lookup: Lookup;
}

type Values = Readonly<Record<string, Json | undefined>>;

/** References followed from one record on; the server follows longer chains. */
const STEPS_MAX = 4;

export function completed(
  seen: { readonly model: string; readonly values: Values },
  paths: readonly (readonly string[])[],
  means: Means,
): Seen | "pending" | "server" {
  const values: Record<string, Json> = {};
  for (const [name, value] of Object.entries(seen.values)) if (value !== undefined) values[name] = value;
  for (const path of paths) {
    const outcome = complete(values, seen.model, path, means, 0);
    if (outcome !== "done") return outcome;
  }
  return { model: seen.model, values };
}

function complete(values: Record<string, Json>, model: string, path: readonly string[], means: Means, steps: number): "done" | "pending" | "server" {
  const [name, ...rest] = path;
  if (name === undefined || name === "*") return "done";
  const { schema, isNew, lookup } = means;
  const inverse = inverseOf(schema, model, name);
  if (inverse !== null) {
    if (isNew && values[name] === undefined) values[name] = [];
    return Array.isArray(values[name]) && isDeepEnough(values[name], inverse.model, rest.slice(1), schema) ? "done" : "server";
  }
  const target = fieldOf(schema.models.get(model), name)?.target ?? "";
  // The id of a reference is at hand whether its record came along or not.
  if (target === "" || rest.length === 0 || (rest[0] === "id" && rest.length === 1)) return "done";
  if (steps >= STEPS_MAX) return "server";
  const value = values[name];
  if (typeof value === "string" && value !== "") {
    const found = lookup(target, value);
    if (found.value === null) {
      if (found.state === "pending") return "pending";
      return "done";
    }
    values[name] = { ...found.value.values, id: value };
  } else if (isObject(value)) {
    values[name] = { ...value };
  } else {
    return "done";
  }
  return complete(values[name] as Record<string, Json>, target, rest, { ...means, isNew: false }, steps + 1);
}

// Elements of a list that lack what the path goes on to read are the server's to complete.
function isDeepEnough(list: readonly Json[], model: string, path: readonly string[], schema: Schema): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  const target = fieldOf(schema.models.get(model), name)?.target ?? "";
  return list.every((item) => {
    if (!isObject(item)) return false;
    if (inverseOf(schema, model, name) !== null) return Array.isArray(item[name]);
    if (target === "" || rest.length === 0) return true;
    const value = item[name] ?? null;
    return value === null || (isObject(value) && isDeepEnough([value], target, rest, schema));
  });
}
