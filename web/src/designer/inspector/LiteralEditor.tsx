/** The editor of a fixed value, by the kind that its schema asks for. */
import { NativeSelect, Switch } from "@mantine/core";

import { type EditorKind, misfit } from "../../model/schema";
import { isObject, toText } from "../../model/value";
import { useDesk } from "../desk";
import { type FieldProps, useSubject } from "./field";
import { JsonEditor } from "./JsonEditor";
import { ListEditor } from "./ListEditor";
import { LiveInput, LiveTextarea } from "./LiveInput";
import { MapEditor } from "./MapEditor";
import { NumberEditor } from "./NumberEditor";
import { ObjectEditor } from "./ObjectEditor";
import { ReferenceEditor } from "./ReferenceEditor";
import { SetEditor } from "./SetEditor";

export interface EditorProps extends FieldProps {
  readonly id: string;
  readonly hint: string | null;
}

export function LiteralEditor({ kind, ...props }: EditorProps & { readonly kind: EditorKind }) {
  // What does not fit the schema's form is shown as it is, so that it can be seen and mended.
  if (isOdd(kind, props)) return <JsonEditor {...props} />;
  switch (kind) {
    case "text":
      return <SharedTextEditor {...props} />;
    case "set":
      return <SetEditor {...props} />;
    case "map":
      return <MapEditor {...props} />;
    case "list":
      return <ListEditor {...props} />;
    case "reference":
      return <ReferenceEditor {...props} />;
    case "enum":
      return <EnumEditor {...props} />;
    case "boolean":
      return <BooleanEditor {...props} />;
    case "integer":
    case "number":
      return <NumberEditor {...props} />;
    case "string":
      return <StringEditor {...props} />;
    case "object":
      return <ObjectEditor {...props} />;
    case "expression":
    case "json":
      return <JsonEditor {...props} />;
  }
}

function isOdd(kind: EditorKind, { value, schema }: EditorProps): boolean {
  if (value === undefined || value === null) return false;
  switch (kind) {
    case "string":
    case "integer":
    case "number":
    case "boolean":
      return misfit(schema, value) !== null;
    case "text":
      return typeof value !== "string";
    case "map":
    case "object":
      return !isObject(value);
    default:
      return false;
  }
}

function SharedTextEditor({ id, path, value, hint }: EditorProps) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const isCode = hint === "code";
  return (
    <LiveTextarea
      id={id}
      value={toText(value)}
      onChange={(next) => desk.connection.editor.type(owner.id, path, next)}
      isReadOnly={isReadOnly}
      isCode={isCode}
      rows={isCode ? 10 : 3}
    />
  );
}

function StringEditor({ id, path, value, schema }: EditorProps) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const text = toText(value);
  const props = {
    id,
    value: text,
    onChange: (next: string) => desk.connection.editor.set(owner.id, path, next === "" ? undefined : next),
    isReadOnly,
    placeholder: toText(schema.default),
  };
  return text.includes("\n") ? <LiveTextarea {...props} /> : <LiveInput {...props} />;
}

function EnumEditor({ id, path, value, schema, isRequired }: EditorProps) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const words = (schema.enum ?? []).map(toText);
  const current = toText(value);
  const fallback = toText(schema.default);
  const isKnown = current === "" || words.includes(current);
  const data = [
    { value: "", label: fallback === "" ? "Not set" : `${fallback} (default)`, disabled: isRequired === true && current !== "" },
    ...words.map((word) => ({ value: word, label: word })),
    ...(isKnown ? [] : [{ value: current, label: `${current} (unknown)` }]),
  ];
  return (
    <NativeSelect
      id={id}
      value={current}
      data={data}
      disabled={isReadOnly}
      onChange={(event) => {
        const chosen = (schema.enum ?? []).find((word) => toText(word) === event.currentTarget.value);
        desk.connection.editor.set(owner.id, path, chosen);
      }}
    />
  );
}

function BooleanEditor({ id, path, value, schema }: EditorProps) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const isOn = typeof value === "boolean" ? value : schema.default === true;
  return (
    <Switch
      id={id}
      size="xs"
      checked={isOn}
      disabled={isReadOnly}
      onChange={(event) => {
        const next = event.currentTarget.checked;
        desk.connection.editor.set(owner.id, path, next === (schema.default === true) ? undefined : next);
      }}
    />
  );
}
