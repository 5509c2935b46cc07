/** Columns of a table and fields of a detail view: a list, with the model's fields to pick from. */
import { Button, Checkbox, Popover } from "@mantine/core";
import { ListPlus } from "lucide-react";
import { useState } from "react";

import { propertyTitle, referenceRule } from "../../../model/schema";
import type { JsonObject } from "../../../model/types";
import { isReference, listEntries, toText } from "../../../model/value";
import { useModel, useSubject, useWriter } from "../field";
import { ListEditor } from "../ListEditor";
import type { EditorProps } from "../LiteralEditor";
import { fieldsOf, modelOf } from "../logic/modelFields";
import { valueAt } from "../logic/paths";
import { recordModelAt } from "../logic/surroundings";

export function ColumnsEditor(props: EditorProps) {
  return (
    <>
      <ListEditor {...props} />
      <FieldPicker {...props} />
    </>
  );
}

function FieldPicker({ name, path, value, schema }: EditorProps) {
  const { owner } = useSubject();
  const writer = useWriter();
  const [isOpen, setOpen] = useState(false);
  const title = propertyTitle(name, schema);
  const within = referenceRule(schema.items?.properties?.field ?? {})?.within ?? "";
  const fields = useModel((snapshot) => {
    const model = modelOf(valueAt(owner.props, within.slice(1).split("/")), snapshot) ?? recordModelAt(owner.id, snapshot);
    return fieldsOf(model, snapshot).map((field) => ({ id: field.id, name: field.name, title: field.title, type: field.type }));
  });
  if (fields.length === 0) return null;
  const entryOf = (id: string | null, field: string): string | undefined =>
    listEntries(value).find(([, entry]) => (isReference(entry.field) ? entry.field.ref === id : toText(entry.field) === field))?.[0];
  const toggle = (id: string | null, field: string): void => {
    const entry = entryOf(id, field);
    const added: JsonObject = { field: id === null ? field : { ref: id } };
    if (entry === undefined) writer.add(path, schema, added);
    else writer.set([...path, entry], undefined);
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus returnFocus position="bottom-start" width={260} shadow="md" transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button className="dr-pick" size="compact-xs" leftSection={<ListPlus size={13} aria-hidden />} aria-label={`Add fields to ${title}`} onClick={() => setOpen(!isOpen)}>Add fields…</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Fields of ${title}`} className="dr-field-list">
        {fields.map((field) => (
          <Checkbox
            key={field.name}
            size="xs"
            label={<span dir="auto">{field.title} <span className="dr-muted">{field.type}</span></span>}
            checked={entryOf(field.id, field.name) !== undefined}
            onChange={() => toggle(field.id, field.name)}
          />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
