/** One cell: a value, and where the table is editable its editor in place. */
import { type KeyboardEvent, memo, useEffect, useId, useRef, useState } from "react";

import type { Json, LiveNode } from "../../model/types";
import { Failure, Skeleton } from "../marks";
import { useProperty } from "../properties";
import { referenceId, valueIn } from "../records";
import type { DataRecord, RowEditor, Scope } from "../runtime";
import { useItemScope } from "../scope";
import { Value } from "../Value";
import { CellControl, editingKey } from "./CellControl";
import type { Column } from "./columns";

/** Types whose texts are short and are read as one. */
const UNBROKEN: ReadonlySet<string> = new Set(["Date", "Time", "DateTime", "Integer", "Decimal", "Enum"]);

export interface CellProps {
  readonly node: LiveNode;
  readonly record: DataRecord;
  readonly column: Column;
  readonly rows: RowEditor | null;
  readonly isEditable: boolean;
  /** Whether this is where the Tab key enters the table; null where rows are entered instead. */
  readonly isEntry: boolean | null;
}

export const Cell = memo(function Cell({ node, record, column, rows, isEditable, isEntry }: CellProps) {
  const cell = useRef<HTMLTableCellElement>(null);
  const [isEditing, setEditing] = useState(false);
  // What was saved here stands until the answer of the server carries it: nothing flickers back.
  const [saved, setSaved] = useState<{ readonly value: Json; readonly version: number } | null>(null);
  const value = saved !== null && saved.version >= record.version ? saved.value : valueIn(record, column.path);
  const press = (event: KeyboardEvent): void => {
    if (!isEditable || isEditing || event.target !== event.currentTarget || (event.key !== "Enter" && event.key !== "F2")) return;
    event.preventDefault();
    event.stopPropagation();
    setEditing(true);
  };
  const close = (hasFocus: boolean): void => {
    setEditing(false);
    if (hasFocus) cell.current?.focus();
  };
  return (
    <td
      ref={cell}
      data-align={column.align}
      data-unbroken={UNBROKEN.has(column.field?.type ?? "") || undefined}
      data-cell={isEntry === null ? undefined : column.key}
      data-editable={isEditable || undefined}
      data-editing={isEditing || undefined}
      tabIndex={isEntry === null || isEditing ? undefined : isEntry ? 0 : -1}
      onKeyDown={press}
      onClick={() => isEditable && !isEditing && setEditing(true)}
    >
      {isEditing && rows !== null ? (
        <CellEditor record={record} column={column} value={value} rows={rows} cell={cell} onSaved={(next) => setSaved({ value: next, version: record.version })} onClose={close} />
      ) : column.path === "" && column.entry !== "" ? (
        <Computed node={node} record={record} column={column} />
      ) : (
        <Value value={value} field={column.field} as={column.as} format={column.format} />
      )}
    </td>
  );
});

function Computed({ node, record, column }: { readonly node: LiveNode; readonly record: DataRecord; readonly column: Column }) {
  const scope: Scope = useItemScope(record);
  const computed = useProperty(node, ["columns", column.entry, "value"], scope);
  if (computed.state === "pending") return <Skeleton characters={6} />;
  if (computed.state === "failed") return <Failure error={computed.error} />;
  return <Value value={computed.value} field={null} as={column.as} format={column.format} />;
}

interface CellEditorProps {
  readonly record: DataRecord;
  readonly column: Column;
  readonly value: Json;
  readonly rows: RowEditor;
  readonly cell: React.RefObject<HTMLTableCellElement | null>;
  readonly onSaved: (value: Json) => void;
  readonly onClose: (hasFocus: boolean) => void;
}

function same(a: Json, b: Json): boolean {
  return a === b || (referenceId(a) !== "" && referenceId(a) === referenceId(b));
}

function CellEditor({ record, column, value, rows, cell, onSaved, onClose }: CellEditorProps) {
  const { field } = column;
  const id = useId();
  const [draft, setDraft] = useState(value);
  const [problem, setProblem] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const isDone = useRef(false);
  // Not by an attribute: the cell that opens a second time has to get the focus again.
  useEffect(() => {
    cell.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, [cell]);
  if (field === null) return null;
  const commit = async (next: Json, after: () => void): Promise<void> => {
    if (isSaving || isDone.current || problem !== null) return;
    if (same(next, value)) {
      isDone.current = true;
      after();
      return;
    }
    setSaving(true);
    const result = await rows.update(record, { [field.name]: next });
    setSaving(false);
    if (result.isDone) {
      isDone.current = true;
      onSaved(next);
      after();
    } else setRefusal(result.fieldErrors[field.name] ?? Object.values(result.fieldErrors)[0] ?? result.error?.message ?? "This was not saved.");
  };
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    event.stopPropagation();
    const meaning = editingKey(event);
    if (meaning === null) return;
    event.preventDefault();
    if (meaning === "cancel") {
      isDone.current = true;
      onClose(true);
    } else void commit(draft, () => (meaning === "commit" ? onClose(true) : openBeside(cell.current, meaning, onClose)));
  };
  const error = problem ?? refusal;
  return (
    <>
      <CellControl
        attributes={{ id, readOnly: isSaving, "aria-label": column.title, "aria-invalid": error === null ? undefined : true, "aria-describedby": error === null ? undefined : `${id}-error` }}
        field={field}
        format={column.format}
        title={column.title}
        value={draft}
        onChange={(next, trouble) => {
          setDraft(next);
          setProblem(trouble);
          setRefusal(null);
          // A choice is finished with the choosing; a text only when it is left.
          if (field.type === "Reference" || field.type === "Enum") void commit(next, () => onClose(true));
        }}
        onLeave={() => void commit(draft, () => onClose(false))}
        onKeyDown={press}
      />
      {error !== null && <p id={`${id}-error`} className="app-error" role="alert">{error}</p>}
    </>
  );
}

/** Tab goes on to the next cell that can be edited, as in every spreadsheet. */
function openBeside(cell: HTMLElement | null, way: "next" | "previous", close: (hasFocus: boolean) => void): void {
  const cells = [...(cell?.closest("tbody")?.querySelectorAll<HTMLElement>("td[data-editable]") ?? [])];
  const beside = cell === null ? undefined : cells[cells.indexOf(cell) + (way === "next" ? 1 : -1)];
  close(beside === undefined);
  beside?.focus();
  beside?.click();
}
