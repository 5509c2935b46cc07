/**
 * The grid of a model's fields: one cell has the focus, arrows walk, Enter or F2 edits.
 *
 * The row with the focus is the selected field, so that the inspector shows all of it.
 */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

import { type LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { duplicate, move } from "../commands/edits";
import { useConnection, useDesk, useIsReadOnly, useSelectedKeys, useSnapshot } from "../desk";
import { useRows } from "../lists/useRows";
import type { Person } from "../presence";
import { useSelect } from "../../shared/store";
import { COLUMNS, isEditable } from "./cells";
import { FieldRow } from "./FieldRow";
import { NewFieldRow } from "./NewFieldRow";
import { SYSTEM_FIELDS } from "./names";
import type { FieldCommands } from "./useFieldCommands";

/** Key of the last row, where a new field is typed. */
export const NEW_ROW = "new";
/** As many rows a page key goes. */
const PAGE_ROWS = 10;
/** Of a field's row and of the head above them; in pixels, as in the stylesheet. */
const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 28;

export interface Editing {
  readonly row: string;
  readonly column: number;
  /** The character that began it, or null. */
  readonly start: string | null;
}

/** The grid stands at the top of what it is scrolled in, its parent. */
export function FieldGrid({ model, commands }: { readonly model: LiveNode; readonly commands: FieldCommands }) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const isReadOnly = useIsReadOnly();
  const selected = useSelectedKeys();
  const grid = useRef<HTMLDivElement>(null);
  const [column, setColumn] = useState(0);
  const [isAtNew, setAtNew] = useState(false);
  const [editing, setEditing] = useState<Editing | null>(null);
  const fields = snapshot.children(model.id, "fields");
  const primary = selected.at(-1) ?? "";
  const isFieldSelected = fields.some((field) => field.id === primary);
  const row = isFieldSelected ? primary : isAtNew || fields.length === 0 ? NEW_ROW : (fields[0]?.id ?? NEW_ROW);
  const keys = useMemo(() => [...fields.map((field) => field.id), ...(isReadOnly ? [] : [NEW_ROW])], [fields, isReadOnly]);
  const places = useMemo(() => new Map(fields.map((field, index) => [field.id, index])), [fields]);
  const rows = useRows(() => grid.current?.parentElement ?? null, {
    count: fields.length,
    height: ROW_HEIGHT,
    margin: HEAD_HEIGHT,
    kept: [places.get(row) ?? -1, places.get(editing?.row ?? "") ?? -1],
  });
  const people = usePeopleByField();
  const problems = useConnection((state) => state.problems);

  const go = (nextRow: string, nextColumn: number): void => {
    setAtNew(nextRow === NEW_ROW);
    setColumn(nextRow === NEW_ROW ? 0 : nextColumn);
    desk.select(nextRow === NEW_ROW ? model.id : nextRow);
    focusCell(grid.current, nextRow, nextRow === NEW_ROW ? 0 : nextColumn);
  };
  const step = (rows: number, columns: number): void => {
    const at = keys.indexOf(row);
    const next = keys[Math.min(Math.max(at + rows, 0), keys.length - 1)] ?? row;
    go(next, Math.min(Math.max(column + columns, 0), COLUMNS.length - 1));
  };
  const begin = (start: string | null): void => {
    const field = fields.find((each) => each.id === row);
    const target = COLUMNS[column];
    if (isReadOnly || field === undefined || target === undefined || !isEditable(target, field)) return;
    if (target.editor === "toggle") commands.toggle(field, target.key);
    else setEditing({ row, column, start });
  };
  const finish = (toNext: boolean): void => {
    setEditing(null);
    desk.connection.presence.focus(null);
    if (!toNext) {
      focusCell(grid.current, row, column);
      return;
    }
    step(0, 1);
  };
  useEffect(() => {
    // A row that somebody selected elsewhere comes into sight; the focus stays where it is.
    if (isFieldSelected) grid.current?.querySelector(`[data-row="${CSS.escape(primary)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [primary, isFieldSelected]);

  const onKey = (event: KeyboardEvent): void => {
    if (editing !== null || event.defaultPrevented || !isCell(event.target)) return;
    if (perform(event)) event.preventDefault();
  };
  const perform = (event: KeyboardEvent): boolean => {
    const hasCommand = event.ctrlKey || event.metaKey;
    const field = fields.find((each) => each.id === row);
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      move(desk, event.key === "ArrowUp" ? -1 : 1);
      focusCell(grid.current, row, column);
      return true;
    }
    if (event.altKey) return false;
    if (hasCommand && event.key.toLowerCase() === "d" && field !== undefined) {
      duplicate(desk);
      focusCell(grid.current, desk.primary, column);
      return true;
    }
    const walk = WALKS[event.key];
    if (walk !== undefined) {
      const [rows, columns] = walk;
      if (event.shiftKey && columns === 0 && field !== undefined) extend(rows);
      else step(rows, columns);
      return true;
    }
    if (event.key === "Home" || event.key === "End") {
      const edge = event.key === "Home" ? -1 : 1;
      step(hasCommand ? edge * keys.length : 0, edge * COLUMNS.length);
      return true;
    }
    if (hasCommand) return false;
    if (event.key === "Tab") {
      // Within the row; from its last cell Tab leaves the grid, so that nobody is caught in it.
      const next = column + (event.shiftKey ? -1 : 1);
      if (row === NEW_ROW || next < 0 || next >= COLUMNS.length) return false;
      go(row, next);
      return true;
    }
    if (event.key === "Enter" || event.key === "F2") begin(null);
    else if (event.key === " ") begin(null);
    else if (event.key === "Escape") desk.select(model.id);
    else if (event.key === "Delete" || event.key === "Backspace") {
      if (field !== undefined) commands.remove(desk.selectedNodes.filter((node) => fields.some((each) => each.id === node.id)), () => focusCell(grid.current, desk.primary, column));
    } else if (event.key.length === 1 && (COLUMNS[column]?.editor === "text" || COLUMNS[column]?.editor === "choice")) begin(event.key);
    else return false;
    return true;
  };
  const extend = (rows: number): void => {
    const at = keys.indexOf(row) + rows;
    const next = fields[at];
    if (next === undefined) return;
    desk.selectAll([...desk.selection.get().filter((key) => key !== next.id), next.id]);
    focusCell(grid.current, next.id, column);
  };
  const choose = (field: LiveNode, index: number, how: "only" | "range" | "toggle"): void => {
    setAtNew(false);
    setColumn(index);
    if (how === "toggle") desk.toggle(field.id);
    else if (how === "range") desk.selectAll(rangeTo(fields, primary, field.id));
    else desk.select(field.id);
  };

  return (
    <div
      ref={grid}
      className="dm-grid"
      role="grid"
      aria-label={`Fields of ${toText(model.props.name)}`}
      aria-rowcount={fields.length + SYSTEM_FIELDS.length + 2}
      aria-colcount={COLUMNS.length}
      aria-multiselectable
      aria-readonly={isReadOnly || undefined}
      onKeyDown={onKey}
    >
      <div role="row" className="dm-row dm-head" aria-rowindex={1}>
        {COLUMNS.map((each) => <span key={each.key} role="columnheader" className="dm-cell" data-column={each.key}>{each.title}</span>)}
      </div>
      {fields.length > 0 && (
        <div role="rowgroup" className="dm-fields" style={{ height: fields.length * ROW_HEIGHT }}>
          {rows.getVirtualItems().map(({ index }) => {
            const field = fields[index];
            return field === undefined ? null : (
              <FieldRow
                key={field.id}
                field={field}
                index={index}
                top={index * ROW_HEIGHT}
                model={model.id}
                isSelected={selected.includes(field.id)}
                column={row === field.id ? column : -1}
                editing={editing !== null && editing.row === field.id ? editing : null}
                people={people.get(field.id) ?? NOBODY}
                problems={problems}
                commands={commands}
                onChoose={choose}
                onBegin={(at) => {
                  choose(field, at, "only");
                  setEditing({ row: field.id, column: at, start: null });
                }}
                onFinish={finish}
              />
            );
          })}
        </div>
      )}
      {!isReadOnly && (
        <NewFieldRow
          model={model}
          index={fields.length}
          isActive={row === NEW_ROW}
          onAdded={(id) => go(id, 1)}
          onWalk={(rows) => go(rows < 0 ? (keys.at(-2) ?? NEW_ROW) : NEW_ROW, 0)}
          onFocus={() => {
            setAtNew(true);
            setColumn(0);
            if (isFieldSelected) desk.select(model.id);
          }}
        />
      )}
      {SYSTEM_FIELDS.map(([name, type, words], index) => (
        <div key={name} role="row" className="dm-row dm-system" aria-rowindex={fields.length + index + 3} aria-disabled>
          <span role="rowheader" className="dm-cell" data-column="name">{name}</span>
          <span role="gridcell" className="dm-cell" data-column="type">{type}</span>
          <span role="gridcell" className="dm-cell dm-system-words" aria-colspan={COLUMNS.length - 2}>{words}</span>
        </div>
      ))}
    </div>
  );
}

const NOBODY: readonly Person[] = [];

/** Rows and columns that a key goes. */
const WALKS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-PAGE_ROWS, 0], PageDown: [PAGE_ROWS, 0],
};

function isCell(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.dataset.cell !== undefined;
}

// After the next frame, since the row may be drawn only then.
function focusCell(grid: HTMLElement | null, row: string, column: number): void {
  requestAnimationFrame(() => {
    const cell = grid?.querySelector(`[data-cell="${CSS.escape(`${row}/${column}`)}"]`);
    if (!(cell instanceof HTMLElement)) return;
    // The browser would put it into the middle; it only has to come out from below the head.
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}

function rangeTo(fields: readonly LiveNode[], from: string, to: string): readonly string[] {
  const ids = fields.map((field) => field.id);
  const [start, end] = [ids.indexOf(from), ids.indexOf(to)];
  if (start < 0) return [to];
  const range = ids.slice(Math.min(start, end), Math.max(start, end) + 1);
  return [...range.filter((id) => id !== to), to];
}

function usePeopleByField(): ReadonlyMap<string, readonly Person[]> {
  const people = useSelect(useDesk().connection.presence.people, (value) => value);
  return useMemo(() => {
    const byField = new Map<string, Person[]>();
    for (const person of people) {
      for (const id of new Set([...person.selection, ...(person.field === null ? [] : [person.field.node])])) {
        byField.set(id, [...(byField.get(id) ?? []), person]);
      }
    }
    return byField;
  }, [people]);
}
