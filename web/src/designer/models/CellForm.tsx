/** What a cell opens beside it: the properties that belong to the column, as the field's type has them. */
import { CloseButton, NativeSelect } from "@mantine/core";
import { Plus } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";

import { type LiveNode, ROOT, type Schema } from "../../model/types";
import { isObject, toText } from "../../model/value";
import { useDesk, useIsReadOnly, useSnapshot } from "../desk";
import { useSubject } from "../inspector/field";
import { FieldFrame } from "../inspector/FieldFrame";
import { PropField } from "../inspector/PropField";
import { defaultSchema, enumValues, limitsSchema, namedRules, typeOf } from "./cells";
import { NodeFields, NodeSubject } from "./NodeFields";
import { referred } from "./scope";
import type { FieldCommands } from "./useFieldCommands";

interface CellFormProps {
  readonly field: LiveNode;
  readonly column: string;
  readonly commands: FieldCommands;
}

export function CellForm({ field, column, commands }: CellFormProps) {
  return (
    <NodeSubject id={field.id} isBindable={false} rest={column}>
      <div className="dm-form">
        <FormOf field={field} column={column} commands={commands} />
      </div>
    </NodeSubject>
  );
}

function FormOf({ field, column, commands }: CellFormProps): ReactNode {
  switch (column) {
    case "details":
      if (typeOf(field) === "Enum") return <EnumForm field={field} commands={commands} />;
      if (typeOf(field) === "Reference") return <ReferenceForm field={field} commands={commands} />;
      return <NodeFields node={field} names={["precision", "scale"]} />;
    case "default":
      return <DefaultForm field={field} />;
    case "validation":
      return <ValidationForm field={field} />;
    default:
      return <NodeFields node={field} names={[column]} />;
  }
}

// Fields are drawn anew when their schema is another object, so it is made once for what it says.
function DefaultForm({ field }: { readonly field: LiveNode }) {
  const text = JSON.stringify(defaultSchema(field));
  const schema = useMemo(() => JSON.parse(text) as Schema, [text]);
  return <PropField name="default" path={["default"]} schema={schema} />;
}

function EnumForm({ field, commands }: Omit<CellFormProps, "column">) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const [draft, setDraft] = useState("");
  const values = enumValues(field);
  const schema = desk.registry.byType(field.type)?.schema.properties?.values;
  const word = draft.trim();
  const isTaken = values.some(([, value]) => value === word);
  const add = (): void => {
    if (word === "" || isTaken || schema === undefined) return;
    desk.connection.editor.addEntry(field.id, ["values"], schema, { value: word });
    setDraft("");
  };
  return (
    <CellField field={field} name="values" isGroup>
      <span id={`${idOf(field, "values")}-label`} className="dr-label">Values</span>
      <ul className="dm-values">
        {values.map(([entry, value]) => (
          <li key={entry} className="dm-value">
            <span className="dr-ellipsis" dir="auto" title={value}>{value}</span>
            {!isReadOnly && <CloseButton size={16} iconSize={11} aria-label={`Remove ${value}`} onClick={() => commands.removeValue(field, entry)} />}
          </li>
        ))}
      </ul>
      {!isReadOnly && (
        <div className="dr-map-new">
          <input
            className="dr-input"
            aria-label="New value"
            placeholder="New value"
            data-autofocus
            value={draft}
            onChange={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") add();
            }}
          />
          <button type="button" className="dr-add-row dm-add-value" disabled={word === "" || isTaken} onClick={add}><Plus size={12} aria-hidden /> Add</button>
        </div>
      )}
      {isTaken && <p className="dr-field-problem">This value exists.</p>}
    </CellField>
  );
}

function ReferenceForm({ field, commands }: Omit<CellFormProps, "column">) {
  const snapshot = useSnapshot();
  const isReadOnly = useIsReadOnly();
  const models = snapshot.children(ROOT, "dataModels").map((model) => ({ value: model.id, label: toText(model.props.name) || "Untitled" }));
  const current = referred(field.props.model);
  const isKnown = current === "" || models.some((model) => model.value === current);
  return (
    <>
      <CellField field={field} name="model">
        <NativeSelect
          label="Model"
          description="What it refers to."
          value={current}
          disabled={isReadOnly}
          data={[{ value: "", label: "Not set", disabled: current !== "" }, ...models, ...(isKnown ? [] : [{ value: current, label: "In the Trash" }])]}
          onChange={(event) => commands.setModel(field, event.currentTarget.value)}
        />
      </CellField>
      <NodeFields node={field} names={["onDelete", "inverse"]} />
    </>
  );
}

interface CellFieldProps {
  readonly field: LiveNode;
  readonly name: string;
  readonly isGroup?: boolean;
  readonly children: ReactNode;
}

/** The frame of the inspector's fields around a control of the cell's own: who is in it, what changed. */
function CellField({ field, name, isGroup = false, children }: CellFieldProps) {
  const schema = useDesk().registry.byType(field.type)?.schema.properties?.[name] ?? {};
  const { owner } = useSubject();
  return <FieldFrame owner={owner} path={[name]} schema={schema} value={field.props[name]} isGroup={isGroup} id={idOf(field, name)}>{children}</FieldFrame>;
}

function idOf(field: LiveNode, name: string): string {
  return `cell-${field.id}-${name}`;
}

const OWN_LIMITS = "limits";

function ValidationForm({ field }: { readonly field: LiveNode }) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const { validation } = field.props;
  const type = typeOf(field);
  const rules = namedRules(type);
  const current = typeof validation === "string" ? validation : isObject(validation) ? OWN_LIMITS : "";
  const limits = useMemo(() => limitsSchema(type), [type]);
  const isKnown = current === "" || current === OWN_LIMITS || rules.some(([rule]) => rule === current);
  const choose = (rule: string): void => {
    if (rule === current) return;
    desk.connection.stopCapturing();
    desk.connection.editor.set(field.id, ["validation"], rule === "" ? undefined : rule === OWN_LIMITS ? {} : rule);
  };
  return (
    <>
      <CellField field={field} name="validation">
        <NativeSelect
          label="Rule"
          value={current}
          disabled={isReadOnly}
          data={[
            { value: "", label: "None" },
            { value: OWN_LIMITS, label: "Limits of its own" },
            ...rules.map(([value, label]) => ({ value, label })),
            ...(isKnown ? [] : [{ value: current, label: current }]),
          ]}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      </CellField>
      {isObject(validation) && Object.entries(limits.properties ?? {}).map(([name, schema]) => (
        <PropField key={name} name={name} path={["validation", name]} schema={schema} />
      ))}
    </>
  );
}
