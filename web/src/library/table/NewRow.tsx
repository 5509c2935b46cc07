/** A row for a record that is not there yet: a control in every column that takes a value. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import type { Json, JsonObject } from "../../model/types";
import { Glyph } from "../Glyph";
import { reasonOf } from "../marks";
import { useOnce } from "../performing";
import { isEmpty } from "../Field";
import { without } from "../records";
import type { RowEditor, RowResult } from "../runtime";
import { CellControl } from "./CellControl";
import { type Column, isEditableAt } from "./columns";

interface NewRowProps {
  readonly columns: readonly Column[];
  readonly initial: JsonObject;
  readonly rows: RowEditor;
  readonly onClose: () => void;
}

const NO_ERRORS: Readonly<Record<string, string>> = {};

export function NewRow({ columns, initial, rows, onClose }: NewRowProps) {
  const id = useId();
  const row = useRef<HTMLTableRowElement>(null);
  const [drafts, setDrafts] = useState<JsonObject>({});
  const [problems, setProblems] = useState(NO_ERRORS);
  const [refusal, setRefusal] = useState<Extract<RowResult, { isDone: false }> | null>(null);
  const [count, setCount] = useState(0);
  const focusFirst = (selector = "input, select, textarea"): void => row.current?.querySelector<HTMLElement>(selector)?.focus();
  useEffect(() => focusFirst(), [count]);
  useEffect(() => {
    if (refusal !== null) row.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusal]);
  const { isRunning, run } = useOnce(async () => {
    const missing = missingOf(columns, { ...initial, ...drafts });
    const wrong = { ...missing, ...problems };
    if (Object.keys(wrong).length > 0) {
      setRefusal({ isDone: false, fieldErrors: wrong, error: null });
      return;
    }
    const result = await rows.create({ ...initial, ...drafts });
    setRefusal(result.isDone ? null : result);
    if (!result.isDone) return;
    // Lines come in numbers: the next one can be typed at once.
    setDrafts({});
    setCount((number) => number + 1);
  });
  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape") onClose();
    else if (event.key !== "Enter" || event.target instanceof HTMLButtonElement) return;
    else run();
    event.preventDefault();
  };
  const errors = { ...(refusal?.fieldErrors ?? NO_ERRORS), ...problems };
  return (
    <>
      <tr ref={row} className="app-table-new" aria-busy={isRunning || undefined} onKeyDown={press}>
        {columns.map((column) => (
          <NewCell
            key={`${column.key} ${count}`}
            id={`${id}-${column.key}`}
            column={column}
            value={drafts[column.path] ?? initial[column.path] ?? null}
            error={errors[column.path] ?? null}
            isLocked={isRunning}
            onChange={(value, problem) => {
              setDrafts((others) => ({ ...others, [column.path]: value }));
              setProblems((others) => (problem === null ? without(others, column.path) : { ...others, [column.path]: problem }));
              setRefusal((last) => (last === null ? null : { ...last, fieldErrors: without(last.fieldErrors, column.path) }));
            }}
          />
        ))}
        <td className="app-table-actions">
          <button type="button" className="app-button" data-variant="primary" data-compact aria-label="Save row" aria-busy={isRunning || undefined} onClick={run}>
            <Glyph name="check" />
          </button>
          <button type="button" className="app-button" data-variant="subtle" data-compact aria-label="Cancel new row" onClick={onClose}>
            <Glyph name="x" />
          </button>
        </td>
      </tr>
      {refusal !== null && <Refusal refusal={refusal} columns={columns} />}
    </>
  );
}

function missingOf(columns: readonly Column[], values: JsonObject): Readonly<Record<string, string>> {
  const missing = columns.filter((column) => isEditableAt(column) && column.field?.isRequired === true && column.field.type !== "Boolean" && isEmpty(values[column.path] ?? null));
  return Object.fromEntries(missing.map((column) => [column.path, `${column.title} is required.`]));
}

/** What belongs to no column of the row, or to the row as a whole. */
function Refusal({ refusal, columns }: { readonly refusal: Extract<RowResult, { isDone: false }>; readonly columns: readonly Column[] }) {
  const others = Object.entries(refusal.fieldErrors).filter(([name]) => !columns.some((column) => column.path === name && isEditableAt(column)));
  if (others.length === 0 && refusal.error === null) return null;
  return (
    <tr className="app-table-refusal">
      <td colSpan={columns.length + 1}>
        <p className="app-error" role="alert">
          {[...others.map(([name, reason]) => `${name}: ${reason}`), ...(refusal.error === null ? [] : [reasonOf(refusal.error)])].join(" ")}
        </p>
      </td>
    </tr>
  );
}

interface NewCellProps {
  readonly id: string;
  readonly column: Column;
  readonly value: Json;
  readonly error: string | null;
  readonly isLocked: boolean;
  readonly onChange: (value: Json, problem: string | null) => void;
}

function NewCell({ id, column, value, error, isLocked, onChange }: NewCellProps) {
  const { field } = column;
  if (field === null || !isEditableAt(column)) return <td data-align={column.align} />;
  return (
    <td data-align={column.align} data-editing>
      <CellControl
        attributes={{
          id, readOnly: isLocked, required: field.isRequired && field.type !== "Boolean", "aria-label": column.title,
          "aria-invalid": error === null ? undefined : true, "aria-describedby": error === null ? undefined : `${id}-error`,
        }}
        field={field}
        format={column.format}
        title={column.title}
        value={value}
        onChange={onChange}
        onLeave={() => undefined}
      />
      {error !== null && <p id={`${id}-error`} className="app-error">{error}</p>}
    </td>
  );
}
