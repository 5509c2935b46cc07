import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { Json, Schema } from "../../../model/types";
import { isObject } from "../../../model/value";
import { type EditorName, editorOf } from "./editors";
import { ICON_NAMES } from "./icons";

const ROOT = new URL("../../../../../collab/model/components/", import.meta.url);

function read(path: string): Json {
  return JSON.parse(readFileSync(new URL(path, ROOT), "utf-8")) as Json;
}

/** As the server does: a shared schema in the place of its name, keys beside the name win. */
function expand(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => expand(item));
  if (!isObject(value)) return value;
  const { $ref: name, ...rest } = value;
  const own = Object.fromEntries(Object.entries(rest).map(([key, member]) => [key, expand(member)]));
  return typeof name === "string" ? { ...(expand(read(`shared/${name.replace("shared:", "")}.json`)) as object), ...own } : own;
}

/** Every property of every definition, also those within entries, members and forms. */
function walk(name: string, schema: Schema, path: string, found: [string, EditorName][]): void {
  found.push([path, editorOf(name, schema)]);
  const inner: readonly Schema[] = [schema, ...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items, ...(schema.items.anyOf ?? [])])];
  for (const part of inner) for (const [member, property] of Object.entries(part.properties ?? {})) walk(member, property, `${path}.${member}`, found);
}

const all: [string, EditorName][] = [];
for (const folder of ["component", "model", "step"]) {
  for (const file of readdirSync(new URL(`${folder}/`, ROOT))) {
    const definition = expand(read(`${folder}/${file}`)) as unknown as { readonly id: string; readonly schema: Schema };
    for (const [name, schema] of Object.entries(definition.schema.properties ?? {})) walk(name, schema, `${definition.id}.${name}`, all);
  }
}
const editors = new Map(all);

describe("editors of the built-in definitions", () => {
  it("shows JSON only where a definition takes a schema of JSON", () => {
    expect(all.filter(([, editor]) => editor === "json").map(([path]) => path)).toEqual(["Operation.input", "Operation.output"]);
  });

  it.each<[string, EditorName]>([
    ["Button.variant", "segments"], ["Button.icon", "icon"], ["Button.onClick", "actions"], ["Button.onClick.to", "page"], ["Button.onClick.when", "expression"],
    ["Button.onClick.values", "map"], ["Button.onClick.variable", "variable"], ["Button.onClick.value", "any"], ["Button.style", "style"],
    ["Table.dataSource.filter", "filter"], ["Table.dataSource.sort", "sort"], ["Table.columns", "columns"], ["Table.columns.field", "fieldPath"],
    ["TextField.bind", "binding"], ["Select.options", "forms"], ["Grid.columns", "forms"], ["Field.validation", "forms"], ["Field.default", "any"], ["Field.type", "enum"],
    ["Role.grants.filter", "expression"], ["Workflow.trigger.cron", "cron"], ["Workflow.trigger.timeZone", "timeZone"], ["apiCall.timeout", "duration"],
    ["apiCall.retryPolicy.retryOn", "set"], ["forEach.items", "expression"], ["Application.metadata.lastModified", "date"], ["Markdown.text", "text"],
  ])("%s has the editor %s", (path, editor) => {
    expect(editors.get(path)).toBe(editor);
  });

  it("offers the icons that the library draws", () => {
    const library = ["Glyph.tsx", "OtherGlyph.tsx"].map((file) => readFileSync(new URL(`../../../library/${file}`, import.meta.url), "utf-8")).join("");
    expect(ICON_NAMES.filter((name) => !library.includes(`"${name}":`) && !new RegExp(`[ ,{]${name}:`, "u").test(library))).toEqual([]);
  });
});
