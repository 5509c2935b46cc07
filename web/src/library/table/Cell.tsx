/** One cell: a value, and where the table is editable its editor in place. */
import { type KeyboardEvent, memo, useRef, useState } from "react";

import type { Json, LiveNode } from "../../model/types";
import { Failure, Skeleton } from "../marks";
import { useProperty } from "../properties";
import { valueIn } from "../records";
import type { DataRecord, RowEditor, Scope } from "../runtime";
import { useItemScope } from "../scope";
import { Value } from "../Value";
import type { Column } from "./columns";
import { useEditors } from "./editing";

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
  const editors = useEditors();
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
  const shown =
    column.path === "" && column.entry !== "" ? <Computed node={node} record={record} column={column} /> : <Value value={value} field={column.field} as={column.as} format={column.format} />;
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
      {isEditing && rows !== null && editors !== null ? (
        <editors.CellEditor record={record} column={column} value={value} rows={rows} cell={cell} onSaved={(next) => setSaved({ value: next, version: record.version })} onClose={close} />
      ) : (
        shown
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
