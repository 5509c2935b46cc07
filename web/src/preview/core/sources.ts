/** Data sources as nodes name them, and the columns that say what of each record is shown. */
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { Json, LiveNode } from "../../model/types";
import { isExpression, isObject, isReference, listEntries } from "../../model/value";
import { fieldOf, type Schema } from "./schema";

export interface Source {
  /** The data model's id, empty while none is chosen. */
  readonly model: string;
  /** The filter's expression, or empty. */
  readonly filter: string;
  readonly record: Json | undefined;
  readonly sort: readonly string[];
}

/** The data source at a place of a node's properties; null if there is none. */
export function sourceOf(node: LiveNode, name = "dataSource"): Source | null {
  const source = node.props[name];
  if (!isObject(source) || isExpression(source)) return null;
  const { model, filter, record, sort } = source;
  if (model === undefined && filter === undefined && record === undefined) return null;
  return {
    model: isReference(model) ? model.ref : "",
    filter: isExpression(filter) ? filter.expr : "",
    record,
    sort: Array.isArray(sort) ? sort.filter((field): field is string => typeof field === "string") : [],
  };
}

/** A field as a column names it: by reference, or by a path of names. */
export function fieldPath(value: Json | undefined, schema: Schema, model: string): readonly string[] {
  if (isReference(value)) {
    const field = fieldOf(schema.models.get(model), value.ref);
    return field === null ? [] : [field.name];
  }
  return typeof value === "string" && value !== "" ? value.split(".") : [];
}

export function columnPaths(node: LiveNode, schema: Schema, model: string): readonly (readonly string[])[] {
  return listEntries(node.props.columns ?? node.props.fields)
    .map(([, column]) => fieldPath(column.field, schema, model))
    .filter((path) => path.length > 0);
}

/** All expressions at and beneath a node as one text: what the server derives its answer from. */
export function readsBeneath(snapshot: Snapshot, id: string): string {
  return snapshot
    .subtree(id)
    .map(({ props }) => `${typeof props.bind === "string" ? props.bind : ""};${expressionsIn(props)}`)
    .join("|");
}

function expressionsIn(value: Json | undefined): string {
  if (typeof value !== "object" || value === null) return "";
  if (isExpression(value)) return value.expr;
  if (isReference(value)) return value.ref;
  return Object.values(value).map(expressionsIn).filter((text) => text !== "").join(",");
}

/** Whether a component stands within a form, which saves all of its fields at once. */
export function isInForm(snapshot: Snapshot, id: string): boolean {
  return snapshot.path(id).some((node) => typeName(node.type) === "Form");
}
