/** A list: entries that are added, removed, moved and edited one by one. */
import { ActionIcon } from "@mantine/core";
import { ArrowDown, ArrowUp, ChevronRight, Plus, X } from "lucide-react";
import { type ReactNode, useState } from "react";

import { oneLine, referenceName } from "../../model/labels";
import { hasObjectEntries, propertyTitle } from "../../model/schema";
import type { JsonObject, Schema } from "../../model/types";
import { listEntries, toText } from "../../model/value";
import { useDesk, useSnapshot } from "../desk";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { Members } from "./ObjectEditor";
import { PropField } from "./PropField";

/** What an entry is called by, best first. */
const NAMING = ["title", "label", "name", "field", "action", "model", "workflow", "page", "status", "value"];

export function ListEditor(props: EditorProps) {
  const { id, name, path, value, schema } = props;
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const [opened, setOpened] = useState<string | null>(null);
  const entries = listEntries(value);
  const title = propertyTitle(name, schema);
  const isScalar = !hasObjectEntries(schema);
  const add = (): void => setOpened(desk.connection.editor.addEntry(owner.id, path, schema, starter(schema)));
  return (
    <div className="dr-list" id={id}>
      <ol>
        {entries.map(([entryId, entry], index) => (
          <li key={entryId} className="dr-list-entry">
            <EntryTools title={title} path={path} entry={entryId} index={index} count={entries.length}>
              {isScalar ? (
                <PropField name={`${title} ${index + 1}`} path={[...path, entryId, "value"]} schema={scalarSchema(schema, index)} value={entry.value} beside={entry} isEntry />
              ) : (
                <EntryHead entry={entry} schema={schema} index={index} isOpen={opened === entryId} onToggle={() => setOpened(opened === entryId ? null : entryId)} />
              )}
            </EntryTools>
            {!isScalar && opened === entryId && (
              <div className="dr-nested">
                <Members path={[...path, entryId]} value={entry} schema={schema.items ?? {}} />
              </div>
            )}
          </li>
        ))}
      </ol>
      {!isReadOnly && (
        <button type="button" className="dr-add-row" aria-label={`Add to ${title}`} onClick={add}>
          <Plus size={12} aria-hidden /> Add
        </button>
      )}
    </div>
  );
}

interface EntryToolsProps {
  readonly title: string;
  readonly path: EditorProps["path"];
  readonly entry: string;
  readonly index: number;
  readonly count: number;
  readonly children: ReactNode;
}

function EntryTools({ title, path, entry, index, count, children }: EntryToolsProps) {
  const { editor } = useDesk().connection;
  const { owner, isReadOnly } = useSubject();
  const what = `${title} ${index + 1}`;
  return (
    <div className="dr-list-head">
      <div className="dr-list-body">{children}</div>
      {!isReadOnly && (
        <>
          <ActionIcon size={20} aria-label={`Move ${what} up`} disabled={index === 0} onClick={() => editor.moveEntry(owner.id, path, entry, -1)}>
            <ArrowUp size={12} />
          </ActionIcon>
          <ActionIcon size={20} aria-label={`Move ${what} down`} disabled={index === count - 1} onClick={() => editor.moveEntry(owner.id, path, entry, 1)}>
            <ArrowDown size={12} />
          </ActionIcon>
          <ActionIcon size={20} aria-label={`Remove ${what}`} onClick={() => editor.set(owner.id, [...path, entry], undefined)}>
            <X size={12} />
          </ActionIcon>
        </>
      )}
    </div>
  );
}

interface EntryHeadProps {
  readonly entry: JsonObject;
  readonly schema: Schema;
  readonly index: number;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function EntryHead({ entry, index, isOpen, onToggle }: EntryHeadProps) {
  const snapshot = useSnapshot();
  const words = NAMING.map((key) => referenceName(entry[key], snapshot)).filter((word) => word !== "");
  const detail = words[0] === toText(entry.action) && toText(entry.to) !== "" ? toText(entry.to) : words[1];
  return (
    <button type="button" className="dr-list-toggle" aria-expanded={isOpen} onClick={onToggle}>
      <ChevronRight size={12} data-open={isOpen} aria-hidden />
      <span className="dr-ellipsis" dir="auto">{oneLine(words[0] ?? `Entry ${index + 1}`)}</span>
      {detail !== undefined && detail !== words[0] && <span className="dr-list-detail dr-ellipsis">{oneLine(detail)}</span>}
    </button>
  );
}

function scalarSchema(list: Schema, index: number): Schema {
  const item = list.items ?? {};
  return { ...item, title: item.title === undefined ? `${index + 1}` : `${item.title} ${index + 1}` };
}

// A new entry takes the first choice where one has to be made, so that it means something.
function starter(list: Schema): JsonObject {
  if (!hasObjectEntries(list)) return { value: "" };
  const item = list.items ?? {};
  const first = (item.required ?? [])[0];
  const choice = first === undefined ? undefined : item.properties?.[first]?.enum?.[0];
  return first !== undefined && choice !== undefined ? { [first]: choice } : {};
}
