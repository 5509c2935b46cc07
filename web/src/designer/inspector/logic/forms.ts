/** A property that takes one of several forms: which it has, how each is called, how one begins. */
import { misfit, typesOf } from "../../../model/schema";
import type { Json, Schema } from "../../../model/types";
import { isObject } from "../../../model/value";

export interface Form {
  readonly schema: Schema;
  readonly title: string;
  /** What the property is set to when somebody turns to this form. */
  readonly start: Json;
}

const TITLES: Readonly<Record<string, readonly string[]>> = {
  options: ["A list", "Records"],
  validation: ["Known rule", "Own limits"],
  columns: ["Equal", "Shares"],
};

export function formsOf(schema: Schema, hint: string | null): readonly Form[] {
  const branches = schema.anyOf ?? schema.oneOf ?? [];
  const titles = hint === null ? [] : (TITLES[hint] ?? []);
  return branches.map((branch, index) => ({ schema: branch, title: branch.title ?? titles[index] ?? formTitle(branch), start: startOf(branch) }));
}

/** The form that a value has: the first whose shape fits, and by its members among several objects. */
export function formOf(forms: readonly Form[], value: Json | undefined): number {
  if (value === undefined || value === null) return -1;
  const fitting = forms.map(({ schema }, index) => ({ schema, index })).filter(({ schema }) => misfit(schema, value) === null);
  const best = fitting.find(({ schema }) => schema.enum === undefined || schema.enum.includes(value));
  if (!isObject(value) || fitting.length < 2) return (best ?? fitting[0])?.index ?? -1;
  const known = (schema: Schema): number => Object.keys(value).filter((name) => schema.properties?.[name] !== undefined).length;
  return fitting.toSorted((a, b) => known(b.schema) - known(a.schema))[0]?.index ?? -1;
}

function formTitle(schema: Schema): string {
  if (schema.enum !== undefined) return "Choice";
  switch (typesOf(schema)[0]) {
    case "string":
      return "Text";
    case "integer":
    case "number":
      return "Number";
    case "boolean":
      return "Yes or no";
    case "array":
      return "List";
    default:
      return "Details";
  }
}

function startOf(schema: Schema): Json {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  switch (typesOf(schema)[0]) {
    case "string":
      return "";
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    case "array":
      return schema.items === undefined || schema.items.anyOf !== undefined ? [] : [startOf(schema.items)];
    default:
      return {};
  }
}
