/** A reference: chosen and shown by name, kept by id. */
import { Autocomplete, NativeSelect } from "@mantine/core";
import { useState } from "react";

import { referenceName } from "../../model/labels";
import { type Candidate, candidates } from "../../model/references";
import { type ReferenceRule, referenceRule } from "../../model/schema";
import type { Json } from "../../model/types";
import { isReference, toText } from "../../model/value";
import { useDesk, useSnapshot } from "../desk";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";

const FREE: ReferenceRule = { to: "", within: null, also: [], isPath: false };

export function ReferenceEditor(props: EditorProps) {
  const { schema, beside, value, path } = props;
  const snapshot = useSnapshot();
  const desk = useDesk();
  const { owner } = useSubject();
  const rule = referenceRule(schema) ?? FREE;
  const found = candidates(rule, owner, beside, snapshot);
  const write = (next: Json | undefined): void => desk.connection.editor.set(owner.id, path, next);
  if (rule.isPath) return <PathEditor {...props} rule={rule} found={found} onWrite={write} />;
  const current = isReference(value) ? `id:${value.ref}` : toText(value) === "" ? "" : `name:${toText(value)}`;
  const options = [
    { value: "", label: "Not set" },
    ...found.map(({ id, name }) => ({ value: `id:${id}`, label: name })),
    ...rule.also.map((name) => ({ value: `name:${name}`, label: name })),
  ];
  if (!options.some((option) => option.value === current)) {
    options.push({ value: current, label: `${referenceName(value, snapshot)} (not found)` });
  }
  return <Choice {...props} value={current} options={options} onWrite={write} />;
}

interface ChoiceProps {
  readonly id: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onWrite: (value: Json | undefined) => void;
}

function Choice({ id, value, options, onWrite }: ChoiceProps) {
  const { isReadOnly } = useSubject();
  return (
    <NativeSelect
      id={id}
      value={value}
      data={[...options]}
      disabled={isReadOnly}
      onChange={(event) => onWrite(readChoice(event.currentTarget.value))}
    />
  );
}

function readChoice(choice: string): Json | undefined {
  if (choice.startsWith("id:")) return { ref: choice.slice(3) };
  return choice.startsWith("name:") ? choice.slice(5) : undefined;
}

interface PathEditorProps extends EditorProps {
  readonly rule: ReferenceRule;
  readonly found: readonly Candidate[];
  readonly onWrite: (value: Json | undefined) => void;
}

/** A field by name, or a path through several (`customer.name`), which stays text. */
function PathEditor({ id, value, rule, found, onWrite }: PathEditorProps) {
  const snapshot = useSnapshot();
  const { isReadOnly } = useSubject();
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (text: string): void => {
    setDraft(null);
    const name = text.trim();
    const target = found.find((candidate) => candidate.name === name);
    const next = name === "" ? undefined : target === undefined ? name : { ref: target.id };
    if (JSON.stringify(next) !== JSON.stringify(value)) onWrite(next);
  };
  return (
    <Autocomplete
      id={id}
      value={draft ?? referenceName(value, snapshot)}
      data={[...new Set([...found.map((candidate) => candidate.name), ...rule.also])]}
      readOnly={isReadOnly}
      placeholder="field or field.field"
      onChange={setDraft}
      onOptionSubmit={commit}
      onBlur={() => {
        if (draft !== null) commit(draft);
      }}
    />
  );
}
