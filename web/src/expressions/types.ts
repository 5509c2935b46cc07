/** The types of expressions; the server's `runtime/expressions/types.py` has the same shape. */
import { KIND_LABELS } from "./values";

export interface Type {
  readonly name: string;
  /** Of a list's items, or a map's values. */
  readonly element?: Type | null;
  /** The id of a record's data model. */
  readonly model?: string;
  /** The parts of an `object`: a map that has these and no others. */
  readonly fields?: Readonly<Record<string, Type>>;
}

/** A data model's name, and the types of its fields, system fields and inverse lists by name. */
export interface ModelType {
  readonly name: string;
  readonly fields: Readonly<Record<string, Type>>;
}

/** Data models by id; values of Enum fields by model name and field name. */
export interface Schema {
  readonly models: Readonly<Record<string, ModelType>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export const EMPTY_SCHEMA: Schema = { models: {}, enums: {} };

export const BOOL: Type = { name: "bool" };
export const DECIMAL: Type = { name: "decimal" };
export const DOUBLE: Type = { name: "double" };
export const DURATION: Type = { name: "duration" };
export const DYN: Type = { name: "dyn" };
export const INT: Type = { name: "int" };
export const NULL: Type = { name: "null" };
export const STRING: Type = { name: "string" };
export const TIMESTAMP: Type = { name: "timestamp" };

export const listOf = (element: Type): Type => ({ name: "list", element });
export const mapOf = (element: Type): Type => ({ name: "map", element });
export const recordOf = (model: string): Type => ({ name: "record", model });
export const objectOf = (fields: Readonly<Record<string, Type>>): Type => ({
  name: "object",
  fields,
});

/** Returns the property that is an object's own: no name may reach its prototype. */
export function own<Found>(from: Readonly<Record<string, Found>>, name: string): Found | undefined {
  return Object.hasOwn(from, name) ? from[name] : undefined;
}

/** The type of the root `models`: for every data model the list of all its records. */
export function modelsType(schema: Schema): Type {
  const entries = Object.entries(schema.models);
  return objectOf(Object.fromEntries(entries.map(([id, model]) => [model.name, listOf(recordOf(id))])));
}

/** The type of the root `enums`. */
export function enumsType(schema: Schema): Type {
  const models = Object.entries(schema.enums).map(([model, fields]) => {
    const lists = Object.keys(fields).map((name) => [name, listOf(STRING)] as const);
    return [model, objectOf(Object.fromEntries(lists))] as const;
  });
  return objectOf(Object.fromEntries(models));
}

/** Whether a value of this type may be of any kind. */
export const isOpen = (type: Type): boolean => type.name === "dyn" || type.name === "null";

/** What both types have in common, or null where they go together in nothing. */
export function unify(one: Type, other: Type): Type | null {
  if (one.name === "null") return other;
  if (other.name === "null") return one;
  if (one.name === "dyn" || other.name === "dyn") return DYN;
  if (one.name === "list" && other.name === "list") {
    const element = unify(one.element ?? DYN, other.element ?? DYN);
    return element && listOf(element);
  }
  if (isMap(one) && isMap(other)) {
    return one.name === "map" && other.name === "map"
      ? mapOf(unify(one.element ?? DYN, other.element ?? DYN) ?? DYN)
      : mapOf(DYN);
  }
  if (isExact(one) && isExact(other)) return one.name === other.name ? one : DECIMAL;
  if (one.name !== other.name) return null;
  return one.name === "record" && one.model !== other.model ? DYN : one;
}

const isMap = (type: Type): boolean => type.name === "map" || type.name === "object";
const isExact = (type: Type): boolean => type.name === "int" || type.name === "decimal";

/** What a type is called in messages. */
export function labelOf(type: Type, schema: Schema): string {
  if (type.name === "record" && type.model) {
    return `a record of ${own(schema.models, type.model)?.name ?? "a data model"}`;
  }
  if (type.name === "list" && type.element && type.element.name !== "dyn") {
    return `a list of (${labelOf(type.element, schema)})`;
  }
  return KIND_LABELS[type.name] ?? type.name;
}
