/** The columns of the grid of fields: what each shows, how it is edited, which problems it owns. */
import { referenceName } from "../../model/labels";
import type { Snapshot } from "../../model/snapshot";
import type { Json, LiveNode, Schema } from "../../model/types";
import { isExpression, isObject, listEntries, setMembers, toText } from "../../model/value";
import { LIMITS, NAMED_RULES, TYPE_PROPERTIES } from "./conversions";

/** `text` and `choice` open in the cell, `form` beside it, `toggle` has nothing to open. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly editor: "text" | "choice" | "toggle" | "form";
  /** Properties whose problems, people and flashes are shown here. */
  readonly props: readonly string[];
}

export const COLUMNS: readonly Column[] = [
  { key: "name", title: "Name", editor: "text", props: ["name"] },
  { key: "type", title: "Type", editor: "choice", props: ["type"] },
  { key: "details", title: "Details", editor: "form", props: ["values", "model", "onDelete", "inverse", "precision", "scale"] },
  { key: "required", title: "Required", editor: "toggle", props: ["required"] },
  { key: "unique", title: "Unique", editor: "toggle", props: ["unique"] },
  { key: "default", title: "Default", editor: "form", props: ["default"] },
  { key: "validation", title: "Validation", editor: "form", props: ["validation"] },
  { key: "computed", title: "Computed", editor: "form", props: ["computed"] },
  { key: "tags", title: "Tags", editor: "form", props: ["tags"] },
  { key: "encrypted", title: "Encrypted", editor: "toggle", props: ["encrypted"] },
];

export function typeOf(field: LiveNode): string {
  return toText(field.props.type);
}

/** The values of an Enum, with the ids of their entries. */
export function enumValues(field: LiveNode): readonly (readonly [id: string, value: string])[] {
  return listEntries(field.props.values).map(([id, entry]) => [id, toText(entry.value)] as const);
}

/** Whether a cell has anything to edit for a field of this type. */
export function isEditable(column: Column, field: LiveNode): boolean {
  const type = typeOf(field);
  if (column.key === "details") return TYPE_PROPERTIES[type] !== undefined;
  if (column.key === "validation") return LIMITS[type] !== undefined || isObject(field.props.validation) || typeof field.props.validation === "string";
  // What is computed is never written, and so has no default.
  if (column.key === "default") return field.props.computed === undefined || field.props.default !== undefined;
  return true;
}

/** What a cell says, as one line of text; empty where nothing is set. */
export function cellText(column: Column, field: LiveNode, snapshot: Snapshot): string {
  const value = field.props[column.key];
  switch (column.key) {
    case "details":
      return detailsText(field, snapshot);
    case "validation":
      return validationText(value);
    case "tags":
      return setMembers(value).join(", ");
    case "default":
    case "computed":
      return isExpression(value) ? value.expr : value === "" ? "“”" : toText(value);
    default:
      return toText(value);
  }
}

function detailsText(field: LiveNode, snapshot: Snapshot): string {
  const { props } = field;
  switch (typeOf(field)) {
    case "Decimal": {
      if (props.precision === undefined && props.scale === undefined) return "";
      return `${toText(props.precision) || "?"} digits, ${toText(props.scale) || "0"} places`;
    }
    case "Enum":
      return enumValues(field).map(([, value]) => value).join(", ");
    case "Reference": {
      const model = referenceName(props.model, snapshot);
      const inverse = toText(props.inverse);
      const words = [model === "" ? "no model yet" : `→ ${model}`, toText(props.onDelete), inverse === "" ? "" : `as ${inverse}`];
      return words.filter((word) => word !== "").join(" · ");
    }
    default:
      return "";
  }
}

export function validationText(value: Json | undefined): string {
  if (!isObject(value)) return toText(value);
  const { min, max, minLength, maxLength, pattern } = value;
  const range = (from: Json | undefined, to: Json | undefined, what: string): string => {
    if (from === undefined) return to === undefined ? "" : `≤ ${toText(to)}${what}`;
    return to === undefined ? `≥ ${toText(from)}${what}` : `${toText(from)}–${toText(to)}${what}`;
  };
  const words = [range(min, max, ""), range(minLength, maxLength, " characters"), toText(pattern)];
  return words.filter((word) => word !== "").join(", ");
}

/** The schema of a default that fits the field's type, so that its editor does. */
export function defaultSchema(field: LiveNode): Schema {
  const base: Schema = { title: "Default", description: "A value or an expression.", "x-editor": { kind: "expression" } };
  switch (typeOf(field)) {
    case "Boolean":
      return { ...base, type: "boolean" };
    case "Integer":
      return { ...base, type: "integer" };
    case "Enum":
      return { ...base, enum: enumValues(field).map(([, value]) => value) };
    case "Date":
    case "Time":
    case "DateTime":
      return { ...base, type: "string", format: FORMATS[typeOf(field)] ?? "" };
    case "Json":
      return base;
    default:
      return { ...base, type: ["string", "number"] };
  }
}

/** How JSON Schema calls the texts of dates and times. */
const FORMATS: Readonly<Record<string, string>> = { Date: "date", Time: "time", DateTime: "date-time" };

/** The limits that a field of this type may have, with words for its members. */
export function limitsSchema(type: string): Schema {
  const isNumber = type === "Integer" || type === "Decimal";
  const format = FORMATS[type];
  const bound: Schema = { type: type === "Integer" ? "integer" : "string", ...(format !== undefined && { format }) };
  const all: Readonly<Record<string, Schema>> = {
    min: { title: isNumber ? "At least" : "Earliest", ...bound },
    max: { title: isNumber ? "At most" : "Latest", ...bound },
    minLength: { title: "Shortest", type: "integer", minimum: 0 },
    maxLength: { title: "Longest", type: "integer", minimum: 0 },
    pattern: { title: "Pattern", type: "string", format: "regex" },
  };
  return { type: "object", properties: Object.fromEntries((LIMITS[type] ?? []).map((name) => [name, all[name] ?? {}])) };
}

export function namedRules(type: string): readonly (readonly [string, string])[] {
  return NAMED_RULES[type] ?? [];
}
