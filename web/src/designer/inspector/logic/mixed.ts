/** Several nodes edited as one: the properties they share, and where their values differ. */
import { editorKind } from "../../../model/schema";
import type { Definition, Json, LiveNode, Schema } from "../../../model/types";
import { listEntries } from "../../../model/value";
import type { PropPath } from "../../../model/editor";
import { sameJson, valueAt } from "./paths";

/** A value that all share, or `mixed`. */
export interface Common {
  readonly value: Json | undefined;
  readonly isMixed: boolean;
}

/** Properties that every definition has under one name with one meaning; `name` tells nodes apart and is no such. */
export function sharedSchema(definitions: readonly Definition[]): Schema {
  const [first, ...others] = definitions;
  const properties = Object.entries(first?.schema.properties ?? {}).filter(
    ([name, schema]) =>
      name !== "name" &&
      editorKind(schema) !== "json" &&
      others.every((other) => sameSchema(schema, other.schema.properties?.[name])),
  );
  return { type: "object", properties: Object.fromEntries(properties) };
}

/** Titles, descriptions and defaults may differ: the property is the same one all the same. */
function sameSchema(a: Schema, b: Schema | undefined): boolean {
  return b !== undefined && sameJson(meaning(a), meaning(b));
}

const WORDING: ReadonlySet<string> = new Set(["title", "description", "default"]);

function meaning(schema: Schema): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !WORDING.has(key))) as Json;
}

/** The value of the last node at a path, and whether another one has a different one there. */
export function commonAt(nodes: readonly LiveNode[], path: PropPath): Common {
  const values = nodes.map((node) => valueAt(node.props, path));
  const last = values.at(-1);
  return { value: last, isMixed: values.some((value) => !sameContent(value, last)) };
}

// Entries of lists have ids of their own in each node; what they say, in which order, is compared.
function sameContent(a: Json | undefined, b: Json | undefined): boolean {
  if (sameJson(a, b)) return true;
  const [left, right] = [listEntries(a), listEntries(b)];
  if (left.length === 0 || left.length !== right.length) return false;
  return left.every(([, entry], index) => {
    const other = right[index]?.[1];
    if (other === undefined || entry.order === undefined || other.order === undefined) return false;
    return sameJson({ ...entry, order: "" }, { ...other, order: "" });
  });
}
