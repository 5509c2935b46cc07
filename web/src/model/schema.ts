/** What a definition's JSON Schema means for editing: how a value merges and which editor fits it. */
import type { Json, JsonObject, MergeKind, Schema } from "./types";
import { isObject } from "./value";

export type EditorKind =
  | "text"
  | "set"
  | "map"
  | "list"
  | "reference"
  | "enum"
  | "boolean"
  | "integer"
  | "number"
  | "string"
  | "object"
  | "expression"
  | "json";

/** A place that names a node: the definition of the target and where its names are looked up. */
export interface ReferenceRule {
  readonly to: string;
  readonly within: string | null;
  readonly also: readonly string[];
  readonly isPath: boolean;
}

export function mergeOf(schema: Schema | undefined): MergeKind {
  return schema?.["x-merge"] ?? "lww";
}

/** The non-null types that a schema allows; empty when it allows any. */
export function typesOf(schema: Schema): readonly string[] {
  const declared = schema.type;
  const types = declared === undefined ? [] : typeof declared === "string" ? [declared] : declared;
  return types.filter((type) => type !== "null");
}

export function editorKind(schema: Schema): EditorKind {
  const merge = mergeOf(schema);
  // A map with declared members is a form of them; one that is open is a table of keys and values.
  if (merge === "map" && hasMembers(schema)) return "object";
  if (merge !== "lww") return merge;
  if (isExpressionOnly(schema)) return "expression";
  if (schema["x-ref"] !== undefined) return "reference";
  if (schema.enum !== undefined) return "enum";
  if (schema.anyOf !== undefined || schema.oneOf !== undefined) return "json";
  const types = typesOf(schema);
  const only = types.length === 1 ? types[0] : undefined;
  switch (only) {
    case "boolean":
    case "integer":
    case "number":
    case "string":
      return only;
    case "object":
      return hasMembers(schema) ? "object" : "json";
    default:
      return types.length > 0 && types.includes("string") && types.every(isScalar) ? "string" : "json";
  }
}

function hasMembers(schema: Schema): boolean {
  return schema.properties !== undefined && Object.keys(schema.properties).length > 0;
}

function isScalar(type: string): boolean {
  return type === "string" || type === "number" || type === "integer" || type === "boolean";
}

export function referenceRule(schema: Schema): ReferenceRule | null {
  const rule = schema["x-ref"];
  if (typeof rule === "string") return { to: rule, within: null, also: [], isPath: false };
  if (!isObject(rule) || typeof rule.to !== "string") return null;
  const also = Array.isArray(rule.also) ? rule.also.filter((name) => typeof name === "string") : [];
  return {
    to: rule.to,
    within: typeof rule.within === "string" ? rule.within : null,
    also,
    isPath: rule.paths === true,
  };
}

/** The editor that the definition asks for by `x-editor` (`code`, `multiline`, …), if any. */
export function editorHint(schema: Schema): string | null {
  const hint = schema["x-editor"];
  if (typeof hint === "string") return hint;
  return isObject(hint) && typeof hint.kind === "string" ? hint.kind : null;
}

/** An expression stands where one register is; replacing a shared container would lose edits. */
export function takesExpression(schema: Schema): boolean {
  return mergeOf(schema) === "lww";
}

/** The members that have to be there, given the others: `required`, and what `if`/`then` adds. */
export function requiredMembers(schema: Schema | undefined, object: JsonObject): ReadonlySet<string> {
  const required = new Set(schema?.required ?? []);
  for (const rule of [...(schema?.allOf ?? []), ...(schema?.if === undefined ? [] : [schema])]) {
    if (rule.if === undefined || !holds(rule.if, object)) continue;
    for (const name of rule.then?.required ?? []) required.add(name);
  }
  return required;
}

// Conditions of definitions ask for constants of members; anything else is left to the server.
function holds(condition: Schema, object: JsonObject): boolean {
  const members = Object.entries(condition.properties ?? {});
  return members.length > 0 && members.every(([name, member]) => {
    const value = object[name];
    if (member.const !== undefined) return value === member.const;
    return member.enum !== undefined && value !== undefined && member.enum.includes(value);
  });
}

/** A value that is only ever an expression (a computed field): there is no literal to turn to. */
export function isExpressionOnly(schema: Schema): boolean {
  const members = Object.keys(schema.properties ?? {});
  return members.length === 1 && members[0] === "expr";
}

/** Whether the entries of a list are objects; entries of a list of scalars hold a `value`. */
export function hasObjectEntries(schema: Schema): boolean {
  const item = schema.items;
  return item !== undefined && typesOf(item).length === 1 && typesOf(item)[0] === "object";
}

/** The label of a property: its title, or its name in words (`pageSize` → `Page size`). */
export function propertyTitle(name: string, schema: Schema | undefined): string {
  return schema?.title ?? words(name);
}

export function words(name: string): string {
  const spaced = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/[_-]+/g, " ")
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Says why a JSON value does not fit, in one sentence, or null; only the coarse shape is looked at. */
export function misfit(schema: Schema, value: Json): string | null {
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) {
    return branches.some((branch) => misfit(branch, value) === null)
      ? null
      : "This value fits none of the forms that the property takes.";
  }
  const types = typesOf(schema);
  if (types.length === 0 || value === null) return null;
  const actual = jsonType(value);
  if (types.includes(actual) || (actual === "integer" && types.includes("number"))) return null;
  return `Expected ${types.join(" or ")}, found ${actual}.`;
}

function jsonType(value: Json): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return value === null ? "null" : typeof value;
}
