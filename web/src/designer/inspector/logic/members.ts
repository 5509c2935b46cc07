/** The keys that a map is meant to have: fields of the model beside it, inputs of a workflow or an operation. */
import type { Snapshot } from "../../../model/snapshot";
import type { Json, JsonObject, Schema } from "../../../model/types";
import { isObject, isReference } from "../../../model/value";
import { fieldsOf, modelOf, valueSchema } from "./modelFields";
import { inputMembers, inputsOf } from "./surroundings";

export interface KnownMember {
  readonly key: string;
  /** How its fixed value is edited; null for any value. */
  readonly schema: Schema | null;
  /** What it begins with. */
  readonly start: Json;
}

export function membersBeside(beside: JsonObject, snapshot: Snapshot): readonly KnownMember[] {
  if (beside.model !== undefined) {
    return fieldsOf(modelOf(beside.model, snapshot), snapshot)
      .filter((field) => field.id !== null && !field.isComputed)
      .map((field) => ({ key: field.name, schema: valueSchema(field), start: field.type === "Reference" ? { expr: "" } : startOf(valueSchema(field)) }));
  }
  const names = isReference(beside.workflow)
    ? inputsOf(beside.workflow.ref, snapshot)
    : isReference(beside.operation)
      ? inputMembers(snapshot.node(beside.operation.ref))
      : [];
  return names.map((key) => ({ key, schema: null, start: "" }));
}

function startOf(schema: Schema): Json {
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  switch (schema.type) {
    case "boolean":
      return false;
    case "integer":
      return 0;
    default:
      return "";
  }
}

export function besideOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
