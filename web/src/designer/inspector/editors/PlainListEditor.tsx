/** A list that is one value, written whole: its items in order, each with its own control. */
import { ActionIcon } from "@mantine/core";
import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";

import { propertyTitle, typesOf } from "../../../model/schema";
import type { Json, JsonObject, Schema } from "../../../model/types";
import { isObject } from "../../../model/value";
import { useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { ObjectRow } from "../ObjectEditor";
import { PropField } from "../PropField";

export function PlainListEditor({ name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const items = Array.isArray(value) ? (value as readonly Json[]) : [];
  const title = propertyTitle(name, schema);
  const write = (next: readonly Json[]): void => writer.set(path, next.length === 0 && schema.default === undefined ? undefined : next);
  const swap = (a: number, b: number): void => {
    const next = [...items];
    [next[a], next[b]] = [items[b] ?? null, items[a] ?? null];
    write(next);
  };
  return (
    <div className="dr-rows">
      {items.map((item, index) => {
        const what = `${title} ${index + 1}`;
        return (
          <div key={index} className="dr-row-line" role="group" aria-label={what}>
            <div className="dr-grow"><Item path={[...path, String(index)]} what={what} schema={itemSchema(schema, item)} /></div>
            <ActionIcon size={20} aria-label={`Move ${what} up`} disabled={index === 0} onClick={() => swap(index, index - 1)}><ArrowUp size={12} /></ActionIcon>
            <ActionIcon size={20} aria-label={`Move ${what} down`} disabled={index === items.length - 1} onClick={() => swap(index, index + 1)}><ArrowDown size={12} /></ActionIcon>
            <ActionIcon size={20} aria-label={`Remove ${what}`} onClick={() => write(items.filter((_, at) => at !== index))}><X size={12} /></ActionIcon>
          </div>
        );
      })}
      <button type="button" className="dr-add-row" aria-label={`Add to ${title}`} onClick={() => write([...items, startOf(itemSchema(schema, items.at(-1)))])}>
        <Plus size={12} aria-hidden /> Add
      </button>
    </div>
  );
}

function Item({ path, what, schema }: { readonly path: readonly string[]; readonly what: string; readonly schema: Schema }) {
  if (typesOf(schema)[0] === "object") return <ObjectRow path={path} what={what} schema={schema} />;
  return <div className="dr-bare"><PropField name={what} path={path} schema={titled(schema, what)} isEntry /></div>;
}

const titledSchemas = new WeakMap<Schema, Map<string, Schema>>();

/** The same object for the same item, so that its field is drawn anew only when it changes. */
function titled(schema: Schema, title: string): Schema {
  const known = titledSchemas.get(schema) ?? new Map<string, Schema>();
  titledSchemas.set(schema, known);
  const found = known.get(title) ?? { ...schema, title };
  known.set(title, found);
  return found;
}

/** Of several forms the one that the item has: objects, else texts and numbers alike. */
function itemSchema(list: Schema, item: Json | undefined): Schema {
  const branches = list.items?.anyOf;
  if (branches === undefined) return list.items ?? {};
  const object = branches.find((branch) => typesOf(branch)[0] === "object");
  if (isObject(item) || (item === undefined && object !== undefined)) return object ?? {};
  return { type: "string" };
}

function startOf(schema: Schema): Json {
  switch (typesOf(schema)[0]) {
    case "object":
      return starterObject(schema);
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    default:
      return "";
  }
}

function starterObject(schema: Schema): JsonObject {
  return Object.fromEntries((schema.required ?? []).map((name) => [name, ""]));
}
