/** The fields of data models, as choosers and builders offer them: own, of the system, through references. */
import { propertyTitle } from "../../../model/schema";
import type { Snapshot } from "../../../model/snapshot";
import { type Json, type LiveNode, ROOT, type Schema } from "../../../model/types";
import { isReference, listEntries, toText } from "../../../model/value";
import type { Operator } from "./filter";

export interface FieldInfo {
  /** The node, or null for a field that every record has. */
  readonly id: string | null;
  readonly name: string;
  readonly title: string;
  readonly type: string;
  /** The values of an enum. */
  readonly values: readonly string[];
  /** The data model that a reference leads to. */
  readonly target: string | null;
  readonly isComputed: boolean;
  readonly isRequired: boolean;
}

const SYSTEM: readonly FieldInfo[] = [
  ["id", "UUID"],
  ["createdAt", "DateTime"],
  ["updatedAt", "DateTime"],
  ["createdBy", "Text"],
].map(([name = "", type = ""]) => ({
  id: null, name, title: propertyTitle(name, undefined), type, values: [], target: null, isComputed: true, isRequired: false,
}));

/** The id of the data model that a value names, by reference or by its name. */
export function modelOf(value: Json | undefined, snapshot: Snapshot): string | null {
  if (isReference(value)) return snapshot.isLive(value.ref) ? value.ref : null;
  const name = toText(value);
  return snapshot.children(ROOT, "dataModels").find((model) => name !== "" && model.props.name === name)?.id ?? null;
}

/** The own fields in the model's order, then those that every record has. */
export function fieldsOf(model: string | null, snapshot: Snapshot): readonly FieldInfo[] {
  if (model === null) return [];
  const own = snapshot.children(model, "fields").flatMap((node) => fieldInfo(node) ?? []);
  return [...own, ...SYSTEM.filter(({ name }) => own.every((field) => field.name !== name))];
}

function fieldInfo(node: LiveNode): FieldInfo | null {
  const name = toText(node.props.name);
  if (name === "") return null;
  const plain = Array.isArray(node.props.values) ? (node.props.values as readonly Json[]) : listEntries(node.props.values).map(([, entry]) => entry.value);
  return {
    id: node.id,
    name,
    title: toText(node.props.title) || propertyTitle(name, undefined),
    type: toText(node.props.type),
    values: plain.map(toText).filter((value) => value !== ""),
    target: isReference(node.props.model) ? node.props.model.ref : null,
    isComputed: node.props.computed !== undefined && node.props.computed !== null,
    isRequired: node.props.required === true,
  };
}

/** The field at the end of a path (`customer.name`), or null where it leads nowhere. */
export function fieldAt(model: string | null, path: string, snapshot: Snapshot): FieldInfo | null {
  let current = model;
  let found: FieldInfo | null = null;
  for (const name of path.split(".")) {
    found = fieldsOf(current, snapshot).find((field) => field.name === name) ?? null;
    if (found === null) return null;
    current = found.target;
  }
  return found;
}

/** All paths to scalars, through references up to `depth`; a model that refers to itself ends there. */
export function fieldPaths(model: string | null, snapshot: Snapshot, depth = 1): readonly (readonly [string, FieldInfo])[] {
  return fieldsOf(model, snapshot).flatMap((field) => {
    const own = [[field.name, field] as const];
    if (field.target === null || depth === 0) return own;
    const within = fieldPaths(field.target, snapshot, depth - 1).filter(([, inner]) => inner.id !== null);
    return [...own, ...within.map(([path, inner]) => [`${field.name}.${path}`, inner] as const)];
  });
}

/** The schema of a fixed value of a field, by which its control is chosen. */
export function valueSchema(field: FieldInfo): Schema {
  switch (field.type) {
    case "Enum":
      return { title: field.title, type: "string", enum: field.values };
    case "Boolean":
      return { title: field.title, type: "boolean" };
    case "Integer":
      return { title: field.title, type: "integer" };
    case "Decimal":
      return { title: field.title, type: ["string", "number"], "x-editor": { kind: "decimal" } };
    case "Date":
      return { title: field.title, type: "string", format: "date" };
    case "DateTime":
      return { title: field.title, type: "string", format: "date-time" };
    case "Time":
      return { title: field.title, type: "string", format: "time" };
    case "Email":
      return { title: field.title, type: "string", format: "email" };
    case "Url":
      return { title: field.title, type: "string", format: "uri" };
    case "Json":
      return { title: field.title };
    default:
      return { title: field.title, type: "string" };
  }
}

const SET: readonly Operator[] = ["isSet", "isNotSet"];
const EQUAL: readonly Operator[] = ["==", "!="];
const ORDERED: readonly Operator[] = ["<", "<=", ">", ">="];
const LISTED: readonly Operator[] = ["in", "notIn"];

/** The operators that make sense for a type of field. */
export function operatorsFor(type: string | undefined): readonly Operator[] {
  switch (type) {
    case "Boolean":
      return ["isTrue", "isFalse", ...SET];
    case "Integer":
    case "Decimal":
    case "Date":
    case "Time":
    case "DateTime":
      return [...EQUAL, ...ORDERED, ...SET];
    case "Enum":
      return [...EQUAL, ...LISTED, ...SET];
    case "Reference":
    case "UUID":
    case "File":
      return [...EQUAL, ...SET];
    default:
      return [...EQUAL, "contains", "startsWith", "endsWith", ...LISTED, ...SET];
  }
}

export const OPERATOR_TITLES: Readonly<Record<Operator, string>> = {
  "==": "is",
  "!=": "is not",
  "<": "is less than",
  "<=": "is at most",
  ">": "is more than",
  ">=": "is at least",
  in: "is one of",
  notIn: "is none of",
  contains: "contains",
  startsWith: "begins with",
  endsWith: "ends with",
  isSet: "is set",
  isNotSet: "is not set",
  isTrue: "is yes",
  isFalse: "is no",
};
