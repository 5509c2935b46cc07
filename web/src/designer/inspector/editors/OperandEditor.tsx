/** The value of a condition: fixed and typed by its field, or an expression. */
import { ActionIcon, MultiSelect, TagsInput, Tooltip } from "@mantine/core";
import { SquareFunction } from "lucide-react";
import { useState } from "react";

import { DateInput } from "../DateInput";
import { LiveInput } from "../LiveInput";
import { dateKind, shownDate } from "../logic/dates";
import type { Operand } from "../logic/filter";
import type { FieldInfo } from "../logic/modelFields";
import { operandText, typedOperand } from "../logic/operands";
import { Chooser } from "./Chooser";

interface OperandEditorProps {
  readonly what: string;
  readonly operand: Operand;
  readonly field: FieldInfo | null;
  readonly onChange: (operand: Operand) => void;
}

export function OperandEditor({ what, operand, field, onChange }: OperandEditorProps) {
  const isExpression = operand.kind === "expression";
  const toggle = (): void => {
    if (isExpression) onChange(field?.values[0] === undefined ? typedOperand("", field) : { kind: "text", text: field.values[0] });
    else onChange({ kind: "expression", text: "null" });
  };
  return (
    <div className="dr-row-line">
      <Control what={what} operand={operand} field={field} onChange={onChange} />
      {operand.kind !== "list" && (
        <Tooltip label={isExpression ? "Compare with a fixed value" : "Compare with an expression"}>
          <ActionIcon
            size={20}
            data-pressed={isExpression || undefined}
            aria-pressed={isExpression}
            aria-label={isExpression ? `Use a fixed value for ${what}` : `Use an expression for ${what}`}
            onClick={toggle}
          >
            <SquareFunction size={13} />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}

function Control({ what, operand, field, onChange }: OperandEditorProps) {
  const label = `Value of ${what}`;
  const id = `operand-${what}`;
  if (operand.kind === "expression") return <Committed id={id} label={label} text={operand.text} isCode onCommit={(text) => onChange({ kind: "expression", text })} />;
  if (operand.kind === "list") {
    const items = operand.items.map(operandText);
    const write = (next: readonly string[]): void => onChange({ kind: "list", items: next.map((text) => typedOperand(text, field)) });
    return field !== null && field.values.length > 0 ? (
      <MultiSelect className="dr-chooser" aria-label={label} data={[...new Set([...field.values, ...items])]} value={[...items]} onChange={write} />
    ) : (
      <TagsInput className="dr-chooser" aria-label={label} value={[...items]} onChange={write} placeholder={items.length === 0 ? "Type and press Enter" : ""} />
    );
  }
  const text = operandText(operand);
  if (field !== null && field.values.length > 0) {
    const values = [...new Set([...field.values, ...(text === "" ? [] : [text])])];
    return <Chooser id={id} label={label} value={text} data={values.map((value) => ({ value, label: value }))} isClearable={false} onChange={(next) => onChange({ kind: "text", text: next ?? "" })} />;
  }
  if (field?.type === "Boolean") {
    return <Chooser id={id} label={label} value={text} data={[{ value: "true", label: "Yes" }, { value: "false", label: "No" }]} isClearable={false} onChange={(next) => onChange({ kind: "boolean", isTrue: next === "true" })} />;
  }
  const dates = dateKind(field?.type);
  if (dates !== null && (operand.kind === "text" || operand.kind === "timestamp") && shownDate(dates, text) !== null) {
    return <DateInput label={label} kind={dates} value={text} onChange={(next) => onChange(typedOperand(next, field))} />;
  }
  const isNumber = operand.kind === "number" || operand.kind === "decimal";
  return <Committed id={id} label={label} text={text} isCode={false} isNumber={isNumber} onCommit={(next) => onChange(typedOperand(next, field))} />;
}

interface CommittedProps {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly isCode: boolean;
  readonly isNumber?: boolean;
  readonly onCommit: (text: string) => void;
}

/** Written when it is left: half an expression would make the whole filter unreadable. */
export function Committed({ id, label, text, isCode, isNumber = false, onCommit }: CommittedProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (next: string): void => {
    if (draft === null) return;
    setDraft(null);
    if (next.trim() !== text && (!isCode || next.trim() !== "")) onCommit(isCode ? next.trim() : next);
  };
  return <LiveInput id={id} label={label} value={draft ?? text} onChange={setDraft} onBlur={commit} onEnter={commit} isReadOnly={false} isCode={isCode} inputMode={isNumber ? "decimal" : undefined} />;
}
