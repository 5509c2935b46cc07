/** A list: entries that are added, removed, copied, moved by keys or pointer, and edited one by one. */
import { ChevronRight, Plus } from "lucide-react";
import { useState } from "react";

import { oneLine, referenceName } from "../../model/labels";
import { hasObjectEntries, propertyTitle } from "../../model/schema";
import type { Json, JsonObject, Schema } from "../../model/types";
import { isObject, listEntries, setMembers, toText } from "../../model/value";
import { useSnapshot } from "../desk";
import { useEntering } from "./entering";
import { EntryRows } from "./EntryRows";
import { useWriter } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { Members } from "./ObjectEditor";
import { PropField } from "./PropField";

/** What an entry is called by, best first. */
const NAMING = ["title", "label", "name", "field", "action", "model", "workflow", "page", "status", "value"];

export function ListEditor({ id, name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const [opened, setOpened] = useState<string | null>(null);
  const entries = listEntries(value);
  const title = propertyTitle(name, schema);
  const isScalar = !hasObjectEntries(schema);
  const { enter } = useEntering(id);
  const add = (): void => {
    const entry = writer.add(path, schema, starter(schema));
    setOpened(entry);
    enter(entry);
  };
  return (
    <div className="dr-list" id={id}>
      <EntryRows
        {...{ id, title, path, schema, entries }}
        head={(entryId, entry, index) =>
          isScalar ? (
            <div className="dr-bare">
              <PropField name={`${title} ${index + 1}`} path={[...path, entryId, "value"]} schema={scalarSchema(schema, index)} isEntry />
            </div>
          ) : (
            <EntryHead entry={entry} index={index} isOpen={opened === entryId} onToggle={() => setOpened(opened === entryId ? null : entryId)} />
          )
        }
        body={(entryId, entry) => !isScalar && opened === entryId && <Members path={[...path, entryId]} value={entry} schema={schema.items ?? {}} />}
      />
      <button type="button" className="dr-add-row" aria-label={`Add to ${title}`} onClick={add}>
        <Plus size={12} aria-hidden /> Add
      </button>
    </div>
  );
}

interface EntryHeadProps {
  readonly entry: JsonObject;
  readonly index: number;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

export function EntryHead({ entry, index, isOpen, onToggle }: EntryHeadProps) {
  const snapshot = useSnapshot();
  const text = (value: Json | undefined): string => (isObject(value) && setMembers(value).length > 0 ? setMembers(value).join(", ") : referenceName(value, snapshot));
  const words = NAMING.map((key) => text(entry[key])).filter((word) => word !== "");
  const detail = setMembers(entry.verbs).join(", ") || (words[0] === toText(entry.action) ? toText(entry.to) : (words[1] ?? ""));
  return (
    <button type="button" className="dr-list-toggle" aria-expanded={isOpen} onClick={onToggle}>
      <ChevronRight size={12} data-open={isOpen} aria-hidden />
      <span className="dr-ellipsis" dir="auto">{oneLine(words[0] ?? `Entry ${index + 1}`)}</span>
      {detail !== "" && detail !== words[0] && <span className="dr-list-detail dr-ellipsis" dir="auto">{oneLine(detail)}</span>}
    </button>
  );
}

const scalars = new WeakMap<Schema, Schema[]>();

/** The same object for the same entry, so that its field is drawn anew only when it changes. */
function scalarSchema(list: Schema, index: number): Schema {
  const item = list.items ?? {};
  const known = scalars.get(item) ?? [];
  scalars.set(item, known);
  const schema = known[index] ?? { ...item, title: item.title === undefined ? `${index + 1}` : `${item.title} ${index + 1}` };
  known[index] = schema;
  return schema;
}

// A new entry takes the first choice where one has to be made, so that it means something.
function starter(list: Schema): JsonObject {
  if (!hasObjectEntries(list)) return { value: "" };
  const item = list.items ?? {};
  const first = (item.required ?? [])[0];
  const choice = first === undefined ? undefined : item.properties?.[first]?.enum?.[0];
  return first !== undefined && choice !== undefined ? { [first]: choice } : {};
}
