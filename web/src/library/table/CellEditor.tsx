/** The editor of one cell in its place. */
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";

import type { Json } from "../../model/types";
import { referenceId } from "../records";
import type { DataRecord, RowEditor } from "../runtime";
import { CellControl, editingKey } from "./CellControl";
import type { Column } from "./columns";

interface CellEditorProps {
  readonly record: DataRecord;
  readonly column: Column;
  readonly value: Json;
  readonly rows: RowEditor;
  readonly cell: RefObject<HTMLTableCellElement | null>;
  readonly onSaved: (value: Json) => void;
  readonly onClose: (hasFocus: boolean) => void;
}

function same(a: Json, b: Json): boolean {
  return a === b || (referenceId(a) !== "" && referenceId(a) === referenceId(b));
}

export function CellEditor({ record, column, value, rows, cell, onSaved, onClose }: CellEditorProps) {
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
