/** The indexes of a model: which fields, whether their combination is unique, of which type. */
import { ActionIcon, NativeSelect, Switch } from "@mantine/core";
import { CircleAlert, Plus, Trash2 } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";

import { referenceName } from "../../model/labels";
import type { Json, LiveNode } from "../../model/types";
import { isReference, listEntries, toText } from "../../model/value";
import { add, duplicate, move, remove } from "../commands/edits";
import { useConnection, useDesk, useIsReadOnly, usePeopleAt, useSelectedKeys, useSnapshot } from "../desk";
import { useFlash } from "../flash";
import { IndexFields } from "./IndexFields";
import { SYSTEM_FIELDS } from "./names";
import { useRowDrag } from "./useRowDrag";

export function IndexSection({ model }: { readonly model: LiveNode }) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const indexes = useSnapshot().children(model.id, "indexes");
  const definition = desk.registry.definitions.find(({ id }) => id === "Index");
  return (
    <section className="dm-indexes" aria-label="Indexes">
      <h2>Indexes</h2>
      {indexes.length === 0 && <p className="dr-hint">An index makes searching by its fields fast, or keeps a combination of them unique.</p>}
      <ul>
        {indexes.map((index, at) => <IndexRow key={index.id} index={index} at={at} model={model.id} />)}
      </ul>
      {!isReadOnly && definition !== undefined && (
        <button type="button" className="dr-add-row" onClick={() => add(desk, definition, { parent: model.id, slot: "indexes", index: indexes.length })}>
          <Plus size={12} aria-hidden /> Add index
        </button>
      )}
    </section>
  );
}

function IndexRow({ index, at, model }: { readonly index: LiveNode; readonly at: number; readonly model: string }) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const isReadOnly = useIsReadOnly();
  const isSelected = useSelectedKeys().includes(index.id);
  const people = usePeopleAt(index.id);
  const flash = useFlash(index.id);
  const faults = useConnection((state) => state.problems).filter((problem) => problem.node === index.id);
  const row = useRef<HTMLLIElement>(null);
  const { edge, isDragged } = useRowDrag(row, { id: index.id, parent: model, slot: "indexes", index: at });
  const entries = listEntries(index.props.fields);
  const names = entries.map(([, entry]) => referenceName(entry.value, snapshot));
  const label = names.length === 0 ? `Index ${at + 1}` : `Index over ${names.join(", ")}`;
  const { editor } = desk.connection;
  const schema = desk.registry.byType(index.type)?.schema.properties;
  const onKey = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || isReadOnly) return;
    const isMove = event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown");
    desk.select(index.id);
    if (isMove) move(desk, event.key === "ArrowUp" ? -1 : 1);
    else if (event.key === "Delete" || event.key === "Backspace") remove(desk);
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d") duplicate(desk);
    else return;
    event.preventDefault();
  };
  return (
    <li
      ref={row}
      className="dm-index"
      data-selected={isSelected || undefined}
      data-edge={edge ?? undefined}
      data-dragged={isDragged || undefined}
      style={people[0] === undefined ? undefined : { boxShadow: `inset 3px 0 ${people[0].color}` }}
      onClick={() => desk.select(index.id)}
    >
      {flash > 0 && <span key={flash} className="dr-flash" aria-hidden />}
      <div className="dm-index-fields" role="group" tabIndex={0} aria-label={label} onKeyDown={onKey}>
        <IndexFields index={index} />
        {!isReadOnly && (
          <NativeSelect
            className="dm-index-add"
            aria-label={`Add a field to ${label}`}
            value=""
            data={[{ value: "", label: "Add field…" }, ...choices(snapshot.children(model, "fields"), index)]}
            onChange={(event) => {
              const value = readChoice(event.currentTarget.value);
              if (value !== null && schema?.fields !== undefined) editor.addEntry(index.id, ["fields"], schema.fields, { value });
            }}
          />
        )}
      </div>
      <Switch size="xs" label="Unique" checked={index.props.unique === true} disabled={isReadOnly} onChange={(event) => editor.set(index.id, ["unique"], event.currentTarget.checked || undefined)} />
      <NativeSelect
        aria-label={`Type of ${label}`}
        value={toText(index.props.type)}
        disabled={isReadOnly}
        data={[{ value: "", label: "By its fields" }, { value: "single", label: "Single" }, { value: "composite", label: "Composite" }, { value: "fullText", label: "Full text" }]}
        onChange={(event) => editor.set(index.id, ["type"], event.currentTarget.value || undefined)}
      />
      {!isReadOnly && (
        <ActionIcon size={24} aria-label={`Delete ${label}`} onClick={() => {
          desk.select(index.id);
          remove(desk);
        }}><Trash2 size={13} /></ActionIcon>
      )}
      {faults.map((fault, number) => <p key={number} className="dr-field-problem" data-severity={fault.severity}><CircleAlert size={12} aria-hidden /> {fault.message}</p>)}
    </li>
  );
}

/** Fields that the index does not have yet, the system's too. */
function choices(fields: readonly LiveNode[], index: LiveNode) {
  const taken = new Set(listEntries(index.props.fields).map(([, entry]) => (isReference(entry.value) ? entry.value.ref : toText(entry.value))));
  const own = fields.filter((field) => !taken.has(field.id)).map((field) => ({ value: `id:${field.id}`, label: toText(field.props.name) || "Untitled" }));
  return [...own, ...SYSTEM_FIELDS.filter(([name]) => !taken.has(name)).map(([name]) => ({ value: `name:${name}`, label: name }))];
}

function readChoice(choice: string): Json | null {
  if (choice.startsWith("id:")) return { ref: choice.slice(3) };
  return choice.startsWith("name:") ? choice.slice(5) : null;
}
