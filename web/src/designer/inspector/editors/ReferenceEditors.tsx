/** References: chosen and shown by name, kept by id; paths of fields, variables, and what a control is bound to. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { SquareArrowOutUpRight } from "lucide-react";

import { referenceName } from "../../../model/labels";
import { candidates } from "../../../model/references";
import { propertyTitle, type ReferenceRule, referenceRule } from "../../../model/schema";
import type { Json, Schema } from "../../../model/types";
import { isReference, toText } from "../../../model/value";
import { useDesk } from "../../desk";
import { useModel, useSubject, useValue, useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { fieldPaths, modelOf } from "../logic/modelFields";
import { valueAt } from "../logic/paths";
import { bindingsAt, variablesAt } from "../logic/surroundings";
import { Chooser, Suggest } from "./Chooser";

const FREE: ReferenceRule = { to: "", within: null, also: [], isPath: false };

/** The targets of a reference, found again only when the model says something else. */
function useCandidates(path: EditorProps["path"], schema: Schema) {
  const { owner } = useSubject();
  const rule = referenceRule(schema) ?? FREE;
  useValue(path.slice(0, -1));
  return useModel((snapshot) =>
    candidates(rule, owner, valueAt(owner.props, path.slice(0, -1)), snapshot).map(({ id, name }) => ({ id, name })));
}

export function ReferenceEditor({ id, name, path, value, schema, isRequired, isMixed }: EditorProps) {
  const desk = useDesk();
  const writer = useWriter();
  const found = useCandidates(path, schema);
  const current = isReference(value) ? `id:${value.ref}` : toText(value) === "" ? "" : `name:${toText(value)}`;
  const data = [
    ...found.map((target) => ({ value: `id:${target.id}`, label: target.name })),
    ...(referenceRule(schema)?.also ?? []).map((word) => ({ value: `name:${word}`, label: word === "*" ? "All (*)" : word })),
  ];
  if (current !== "" && !data.some((choice) => choice.value === current)) {
    data.push({ value: current, label: `${referenceName(value, desk.snapshot)} (not found)` });
  }
  const target = isReference(value) && desk.snapshot.isLive(value.ref) ? value.ref : null;
  return (
    <div className="dr-with-button">
      <Chooser
        id={id}
        value={current}
        data={data}
        placeholder={isMixed === true ? "Mixed" : data.length === 0 ? "There is none yet" : "Not set"}
        isClearable={isRequired !== true}
        onChange={(next) => writer.set(path, readChoice(next))}
      />
      {target !== null && (
        <Tooltip label={`Open ${referenceName(value, desk.snapshot)}`}>
          <ActionIcon aria-label={`Open what ${propertyTitle(name, schema)} refers to`} onClick={() => desk.select(target)}>
            <SquareArrowOutUpRight size={13} />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}

function readChoice(choice: string | undefined): Json | undefined {
  if (choice === undefined) return undefined;
  return choice.startsWith("id:") ? { ref: choice.slice(3) } : choice.slice(5);
}

/** A field by name, or a path through references (`customer.name`), which stays text. */
export function FieldPathEditor({ id, path, value, schema }: EditorProps) {
  const desk = useDesk();
  const { owner, writer } = useSubject();
  const rule = referenceRule(schema) ?? FREE;
  const found = useCandidates(path, schema);
  const paths = useModel((snapshot) => {
    const beside = valueAt(owner.props, path.slice(0, -1));
    const within = rule.within ?? "";
    const source = within.startsWith("/") ? valueAt(owner.props, within.slice(1).split("/")) : valueAt(beside, within.split("/"));
    return fieldPaths(modelOf(source, snapshot), snapshot, 2).map(([text]) => text);
  });
  const commit = (text: string): void => {
    const target = found.find((candidate) => candidate.name === text);
    writer.set(path, text === "" ? undefined : target === undefined ? text : { ref: target.id });
  };
  const suggestions = [...paths, ...rule.also];
  const shown = referenceName(value, desk.snapshot);
  const isUnknown = shown !== "" && suggestions.length > rule.also.length && !suggestions.includes(shown);
  return <Suggest id={id} value={shown} suggestions={suggestions} placeholder="field or reference.field" isInvalid={isUnknown} onCommit={commit} />;
}

/** A variable of the page. */
export function VariableEditor({ id, path, value }: EditorProps) {
  const { owner, writer } = useSubject();
  const names = useModel((snapshot) => variablesAt(owner.id, snapshot));
  const text = toText(value);
  return (
    <Suggest
      id={id}
      value={text}
      suggestions={names}
      placeholder={names.length === 0 ? "The page has no variables yet" : "A variable of the page"}
      isInvalid={text !== "" && !names.includes(text)}
      onCommit={(next) => writer.set(path, next === "" ? undefined : next)}
    />
  );
}

/** What a control reads and writes: a field of the record around it, or a variable of the page. */
export function BindingEditor({ id, path, value, schema, isMixed }: EditorProps) {
  const { owner, writer } = useSubject();
  const names = useModel((snapshot) => bindingsAt(owner.id, snapshot));
  const text = toText(value);
  const isShaped = schema.pattern === undefined || text === "" || new RegExp(schema.pattern, "u").test(text);
  return (
    <Suggest
      id={id}
      value={text}
      suggestions={names}
      placeholder={isMixed === true ? "Mixed" : "record.field or vars.name"}
      isInvalid={!isShaped}
      onCommit={(next) => writer.set(path, next === "" ? undefined : next)}
    />
  );
}
