/**
 * Building the shared types of a node from plain live-form JSON and the definition's schema.
 *
 * A node is created whole, with all its `map`, `set`, `list` and `text` containers, empty ones too:
 * two people who each created a missing container would replace one another's.
 */
import * as Y from "yjs";

import { hasObjectEntries, mergeOf } from "./schema";
import type { Json, JsonObject, Schema } from "./types";
import { isExpression, isObject, listEntries, setMembers } from "./value";

/** The props of a new node: every container that the schema declares, and the given values. */
export function buildMembers(schema: Schema | undefined, values: JsonObject): Y.Map<unknown> {
  const map = new Y.Map<unknown>();
  const properties = schema?.properties ?? {};
  for (const [name, property] of Object.entries(properties)) {
    const value = values[name];
    if (value !== undefined || mergeOf(property) !== "lww") map.set(name, buildValue(property, value));
  }
  for (const [name, value] of Object.entries(values)) {
    if (properties[name] === undefined) map.set(name, buildValue(undefined, value));
  }
  return map;
}

/** One value: an expression or container as shared types, everything else as plain JSON. */
export function buildValue(schema: Schema | undefined, value: Json | undefined): unknown {
  if (isExpression(value)) return buildExpression(value.expr);
  switch (mergeOf(schema)) {
    case "text":
      return new Y.Text(typeof value === "string" ? value : "");
    case "set": {
      const map = new Y.Map<unknown>();
      for (const member of setMembers(value)) map.set(member, true);
      return map;
    }
    case "map":
      return buildMap(schema, isObject(value) ? value : {});
    case "list": {
      const map = new Y.Map<unknown>();
      for (const [id, entry] of listEntries(value)) map.set(id, buildEntry(schema, entry));
      return map;
    }
    case "lww":
      return value ?? null;
  }
}

/** An entry of a list: its order key and members; a list of scalars keeps each in `value`. */
export function buildEntry(list: Schema | undefined, entry: JsonObject): Y.Map<unknown> {
  const item = list?.items;
  const isScalar = list !== undefined && !hasObjectEntries(list);
  return buildMembers(isScalar && item !== undefined ? { properties: { value: item } } : item, entry);
}

export function buildExpression(source: string): Y.Map<unknown> {
  const map = new Y.Map<unknown>();
  map.set("expr", new Y.Text(source));
  return map;
}

function buildMap(schema: Schema | undefined, value: JsonObject): Y.Map<unknown> {
  const map = buildMembers(schema, {});
  const additional = schema?.additionalProperties;
  for (const [key, member] of Object.entries(value)) {
    const memberSchema =
      schema?.properties?.[key] ?? (typeof additional === "object" ? additional : undefined);
    map.set(key, buildValue(memberSchema, member));
  }
  return map;
}
