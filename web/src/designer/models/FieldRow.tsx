/** One field of the grid: its cells, who is in them, what is wrong with them. */
import { Popover } from "@mantine/core";
import { Check, CircleAlert, GripVertical, SquareFunction } from "lucide-react";
import { type KeyboardEvent, memo, type MouseEvent, useEffect, useRef } from "react";

import type { LiveNode, Problem } from "../../model/types";
import { isExpression, setMembers, toText } from "../../model/value";
import { problemsAt } from "../inspector/field";
import { useDesk, useIsReadOnly, useSnapshot } from "../desk";
import { inkOn } from "../../shared/people";
import type { Person } from "../presence";
import { CellForm } from "./CellForm";
import { cellText, type Column, COLUMNS, enumValues, isEditable, typeOf } from "./cells";
import type { Editing } from "./FieldGrid";
import { NameEditor } from "./NameEditor";
import { TypeChooser } from "./TypeChooser";
import type { FieldCommands } from "./useFieldCommands";
import { useFlashes } from "./useFlashes";
import { useRowDrag } from "./useRowDrag";

export interface FieldRowProps {
  readonly field: LiveNode;
  readonly index: number;
  /** In pixels, below the head. */
  readonly top: number;
  readonly model: string;
  readonly isSelected: boolean;
  /** The column with the focus, or -1 where another row has it. */
  readonly column: number;
  readonly editing: Editing | null;
  readonly people: readonly Person[];
  readonly problems: readonly Problem[];
  readonly commands: FieldCommands;
  readonly onChoose: (field: LiveNode, column: number, how: "only" | "range" | "toggle") => void;
  readonly onBegin: (column: number) => void;
  readonly onFinish: (toNext: boolean) => void;
}

export const FieldRow = memo(function FieldRow(props: FieldRowProps) {
  const { field, index, top, model, isSelected, people } = props;
  const row = useRef<HTMLDivElement>(null);
  const flashes = useFlashes(field.id);
  const { edge, isDragged } = useRowDrag(row, { id: field.id, parent: model, slot: "fields", index });
  const [person] = people.filter((each) => each.selection.includes(field.id));
  return (
    <div
      ref={row}
      role="row"
      className="dm-row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-row={field.id}
      data-index={index}
      data-edge={edge ?? undefined}
      data-dragged={isDragged || undefined}
      style={{ top, boxShadow: person === undefined ? undefined : `inset 3px 0 ${person.color}` }}
    >
      {COLUMNS.map((column, at) => (
        <FieldCell key={column.key} {...props} isActive={props.column === at} column={column} at={at} flash={column.props.reduce((sum, name) => sum + (flashes.get(name) ?? 0), 0)} />
      ))}
    </div>
  );
}, sameRow);

// The callbacks are new with every drawing of the grid, and say the same as long as the row does.
function sameRow(a: FieldRowProps, b: FieldRowProps): boolean {
  const isAlike = a.field === b.field && a.index === b.index && a.isSelected === b.isSelected && a.column === b.column && a.editing === b.editing && a.people === b.people && a.problems === b.problems;
  // A Reference shows its model's name, which is no part of the field.
  return isAlike && b.column < 0 && b.editing === null && typeOf(b.field) !== "Reference" && b.people.length === 0;
}

interface FieldCellProps extends Omit<FieldRowProps, "column"> {
  readonly column: Column;
  readonly at: number;
  readonly isActive: boolean;
  readonly flash: number;
}

function FieldCell(props: FieldCellProps) {
  const { field, column, at, isActive, editing, people, flash, onChoose, onBegin } = props;
  const isReadOnly = useIsReadOnly();
  const isEditing = editing?.column === at;
  const canEdit = isEditable(column, field);
  const faults = column.props.flatMap((name) => problemsAt(props.problems, field.id, [name]));
  const [editor, ...others] = people.filter((person) => person.field?.node === field.id && column.props.includes(person.field.path[0] ?? ""));
  const choose = (event: MouseEvent): void => {
    if (isEditing) return;
    onChoose(field, at, event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "only");
    if (column.editor === "toggle" && event.target instanceof Element && event.target.closest(".dm-tick") !== null && !isReadOnly) props.commands.toggle(field, column.key);
  };
  const words = faults.map((fault) => fault.message).join(" ");
  return (
    <div
      role={column.key === "name" ? "rowheader" : "gridcell"}
      className="dm-cell"
      data-column={column.key}
      data-cell={`${field.id}/${at}`}
      data-problem={faults[0]?.severity}
      data-muted={!canEdit || undefined}
      tabIndex={isActive ? 0 : -1}
      aria-readonly={isReadOnly || !canEdit || undefined}
      aria-description={words === "" ? undefined : words}
      style={editor === undefined ? undefined : { outline: `2px solid ${editor.color}`, outlineOffset: -2 }}
      onClick={choose}
      onDoubleClick={() => {
        if (!isReadOnly && canEdit && column.editor !== "toggle" && !isEditing) onBegin(at);
      }}
    >
      {flash > 0 && <span key={flash} className="dr-flash" aria-hidden />}
      {column.key === "name" && <GripVertical size={12} className="dm-grip" aria-hidden />}
      {isEditing && column.editor !== "toggle" ? <CellEditor {...props} /> : <CellContent field={field} column={column} />}
      {faults.length > 0 && !isEditing && <span className="dm-cell-problem" title={words}><CircleAlert size={12} aria-hidden /></span>}
      {editor !== undefined && (
        <span className="dm-cell-person" role="note" aria-label={`${[editor, ...others].map((person) => person.name).join(", ")} ${others.length === 0 ? "is" : "are"} editing this`} style={{ background: editor.color, color: inkOn(editor.color) }} dir="auto">
          {editor.name}{others.length > 0 && ` +${others.length}`}
        </span>
      )}
    </div>
  );
}

function CellContent({ field, column }: { readonly field: LiveNode; readonly column: Column }) {
  const snapshot = useSnapshot();
  const value = field.props[column.key];
  if (column.editor === "toggle") {
    const isOn = value === true;
    return (
      <span className="dm-tick" data-on={isOn || undefined}>
        {isOn && <Check size={12} strokeWidth={3} aria-hidden />}
        <span className="dr-hidden">{isOn ? "yes" : "no"}</span>
      </span>
    );
  }
  const chips = column.key === "tags" ? setMembers(value) : column.key === "details" && typeOf(field) === "Enum" ? enumValues(field).map(([, word]) => word) : null;
  if (chips !== null) {
    return <span className="dm-chips" title={chips.join(", ")}>{chips.map((chip, index) => <span key={index} className="dm-tag">{chip}</span>)}</span>;
  }
  const text = cellText(column, field, snapshot);
  return (
    <>
      {isExpression(value) && <SquareFunction size={12} className="dm-formula" aria-label="Expression" />}
      <span className={isExpression(value) ? "dr-ellipsis dm-code" : "dr-ellipsis"} dir="auto" title={text === "" ? undefined : text}>{text}</span>
    </>
  );
}

/** The editor of a cell: in its place for names, beside it for everything that takes room. */
function CellEditor({ field, column, editing, commands, onFinish }: FieldCellProps) {
  const desk = useDesk();
  const name = column.props[0] ?? column.key;
  useEffect(() => {
    desk.connection.presence.focus({ node: field.id, path: [name] });
    return () => desk.connection.presence.focus(null);
  }, [desk, field.id, name]);
  if (column.editor === "text") {
    return <NameEditor field={field} start={editing?.start ?? null} onRename={(next) => commands.rename(field, next)} onFinish={onFinish} />;
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" && event.key !== "F2") return;
    event.stopPropagation();
    onFinish(false);
  };
  return (
    <Popover opened onChange={() => onFinish(false)} position="bottom-start" offset={2} width={column.editor === "choice" ? 220 : 320} trapFocus returnFocus={false} shadow="md" withinPortal withRoles={false} transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <span className="dm-cell-open"><CellContent field={field} column={column} /></span>
      </Popover.Target>
      <Popover.Dropdown role="dialog" tabIndex={-1} p={column.editor === "choice" ? 4 : 12} aria-label={`${column.title} of ${toText(field.props.name)}`} onKeyDown={onKey} onClick={(event) => event.stopPropagation()} onDoubleClick={(event) => event.stopPropagation()}>
        {column.editor === "choice" ? (
          <TypeChooser
            current={typeOf(field)}
            start={editing?.start ?? ""}
            onChoose={(type) => {
              onFinish(false);
              if (type !== typeOf(field)) commands.setType(field, type);
            }}
          />
        ) : (
          <CellForm field={field} column={column.key} commands={commands} />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
