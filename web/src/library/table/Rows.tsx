/** The rows of a table: records, or what stands in their place. */
import { type KeyboardEvent, memo, useState } from "react";

import type { LiveNode } from "../../model/types";
import { Glyph } from "../Glyph";
import { isControl } from "../list";
import { useOnce } from "../performing";
import type { DataRecord, RowEditor, RowResult } from "../runtime";
import { Cell } from "./Cell";
import { type Column, isEditableAt } from "./columns";
import { moveFocus } from "./rows";

export interface RowsProps {
  readonly node: LiveNode;
  readonly records: readonly DataRecord[];
  readonly columns: readonly Column[];
  readonly rows: RowEditor | null;
  readonly mayUpdate: boolean;
  readonly mayDelete: boolean;
  /** By what the keyboard moves: cells of an editable table, rows of one that is selected from. */
  readonly unit: "row" | "cell" | null;
  readonly selected: string | null;
  readonly onSelect: ((record: DataRecord) => void) | null;
  readonly onRefused: (result: RowResult | null) => void;
}

export function Rows({ records, ...props }: RowsProps) {
  const [entry, setEntry] = useState<string | null>(null);
  const at = records.some((record) => record.id === entry) ? entry : (records[0]?.id ?? null);
  return records.map((record) => <Row key={record.id} {...props} record={record} isEntry={record.id === at} onEnter={setEntry} isSelected={record.id === props.selected} />);
}

interface RowProps extends Omit<RowsProps, "records" | "selected"> {
  readonly record: DataRecord;
  readonly isEntry: boolean;
  readonly isSelected: boolean;
  readonly onEnter: (id: string) => void;
}

const Row = memo(function Row({ node, record, columns, rows, mayUpdate, mayDelete, unit, isEntry, isSelected, onEnter, onSelect, onRefused }: RowProps) {
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    if (unit !== null && moveFocus(event, unit)) event.preventDefault();
    else if (onSelect !== null && (event.key === "Enter" || event.key === " ") && !isControl(event.target)) {
      event.preventDefault();
      onSelect(record);
    }
  };
  const isEditableCell = (column: Column): boolean => rows !== null && mayUpdate && isEditableAt(column);
  return (
    <tr
      data-record={record.id}
      data-selectable={onSelect !== null || undefined}
      aria-selected={onSelect !== null ? isSelected : undefined}
      tabIndex={unit === "row" ? (isEntry ? 0 : -1) : undefined}
      onFocus={() => onEnter(record.id)}
      onKeyDown={press}
      onClick={(event) => onSelect !== null && !isControl(event.target) && (event.target as Element).closest("[data-editable]") === null && onSelect(record)}
    >
      {columns.map((column, index) => (
        <Cell key={column.key} node={node} record={record} column={column} rows={rows} isEditable={isEditableCell(column)} isEntry={unit === "cell" ? isEntry && index === 0 : null} />
      ))}
      {rows !== null && (
        <td className="app-table-actions">{mayDelete && <Remove record={record} rows={rows} onRefused={onRefused} />}</td>
      )}
    </tr>
  );
});

interface RemoveProps {
  readonly record: DataRecord;
  readonly rows: RowEditor;
  readonly onRefused: (result: RowResult | null) => void;
}

/** Asks by turning into the question: a second press deletes, leaving it does not. */
function Remove({ record, rows, onRefused }: RemoveProps) {
  const [isAsking, setAsking] = useState(false);
  const { isRunning, run } = useOnce(async () => {
    const result = await rows.remove(record);
    onRefused(result.isDone ? null : result);
    setAsking(false);
  });
  return (
    <button
      type="button"
      className="app-button"
      data-variant={isAsking ? "danger" : "subtle"}
      data-compact
      aria-label={isAsking ? "Really delete this row" : "Delete row"}
      aria-busy={isRunning || undefined}
      onClick={() => (isAsking ? run() : setAsking(true))}
      onBlur={() => setAsking(false)}
      onKeyDown={(event) => event.key === "Escape" && setAsking(false)}
    >
      {isAsking ? "Delete?" : <Glyph name="trash" size={15} />}
    </button>
  );
}
