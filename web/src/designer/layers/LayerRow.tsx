/** One row of the layer tree. */
import { draggable } from "@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter";
import { ChevronRight, CircleAlert } from "lucide-react";
import { type CSSProperties, memo, type MouseEvent, type RefObject, useEffect, useRef, useState } from "react";

import { nodeLabel, typeTitle } from "../../model/labels";
import { ancestorsOf, type TreeRow } from "../../model/tree";
import { commandById } from "../commands/list";
import { extendTo, selectOnly, toggleRow } from "../commands/walk";
import { DefinitionIcon, sectionIcon } from "../DefinitionIcon";
import { type Desk, useDesk } from "../desk";
import { carry } from "../drag/data";
import { useFlash } from "../flash";
import { LockMark } from "../locks/LockMark";
import { type Lock, lockWords } from "../locks/state";
import type { Person } from "../presence";
import { ROW_HEIGHT } from "./dropTarget";
import { NameInput } from "./NameInput";
import { showDragLabel } from "./preview";

export interface LayerRowProps {
  readonly row: TreeRow;
  readonly index: number;
  readonly label: string;
  readonly isSelected: boolean;
  /** Whether it is the primary row, which the keyboard works on. */
  readonly isActive: boolean;
  readonly isRenaming: boolean;
  readonly problems: number;
  readonly people: readonly Person[];
  readonly isRefused: boolean;
  /** Who holds it, of itself and not with what it stands in. */
  readonly lock: Lock | null;
  /** Whether the revision of the past that is shown changed it. */
  readonly isChanged: boolean;
  /** When it was deleted, in words; null for what is not in the Trash, and where nobody knows. */
  readonly deleted: string | null;
}

export function rowElementId(key: string): string {
  return `layer-${key}`;
}

export const LayerRow = memo(function LayerRow(props: LayerRowProps) {
  const { row, label, isSelected, isActive, isRenaming, problems, people, isRefused, lock, isChanged, deleted } = props;
  const desk = useDesk();
  const flash = useFlash(row.key);
  const element = useRef<HTMLDivElement>(null);
  const isDragged = useDraggableRow(element, row.kind === "node" && !isRenaming, row.key);
  const type = row.node === null ? null : typeTitle(row.node.type, desk.registry);
  return (
    <div
      ref={element}
      id={rowElementId(row.key)}
      role="treeitem"
      className="dr-row"
      aria-label={rowName(label, type, row, problems, deleted, isChanged, lock === null ? null : lockWords(lock, [], desk.connection.locks.user))}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.size}
      aria-selected={isSelected}
      aria-expanded={row.hasChildren ? row.isExpanded : undefined}
      data-kind={row.kind}
      data-active-row={isActive || undefined}
      data-trash={row.isTrash || undefined}
      data-refused={isRefused || undefined}
      data-changed-row={isChanged || undefined}
      data-dragged={isDragged || undefined}
      data-key={row.key}
      data-index={props.index}
      style={{ "--level": row.level, transform: `translateY(${props.index * ROW_HEIGHT}px)` } as CSSProperties}
      onClick={(event) => selectBy(event, desk, row.key)}
      onDoubleClick={() => desk.setExpanded(row.key, !row.isExpanded)}
    >
      {flash > 0 && <span key={flash} className="dr-flash" aria-hidden />}
      <span className="dr-row-chevron" data-open={row.isExpanded} onClick={(event) => toggleFold(event, desk, row)} aria-hidden>
        {row.hasChildren && <ChevronRight size={12} />}
      </span>
      <DefinitionIcon name={iconOf(row, desk.registry.byType(row.node?.type ?? "")?.icon)} />
      {isRenaming ? <NameInput id={row.key} name={label} /> : <span className="dr-row-label" dir="auto" title={label} onDoubleClick={(event) => beginRenaming(event, desk, row)}>{label}</span>}
      {row.slotTitle !== null && <span className="dr-row-slot">{row.slotTitle}</span>}
      {!isRenaming && row.slotTitle === null && (deleted !== null || (type !== null && type !== label)) && <span className="dr-row-type">{deleted ?? type}</span>}
      {people.slice(0, 3).map((person) => (
        <span key={person.client} className="dr-row-person" style={{ background: person.color }} title={person.name} />
      ))}
      {lock !== null && <LockMark lock={lock} />}
      {problems > 0 && (
        <span className="dr-row-problems" title={problems === 1 ? "1 problem" : `${problems} problems`}>
          <CircleAlert size={12} aria-hidden />
          {problems}
        </span>
      )}
    </div>
  );
}, sameRow);

/** Makes a row something to drag: it takes the whole selection along if it is part of that. */
export function useDraggableRow(element: RefObject<HTMLElement | null>, isEnabled: boolean, key: string): boolean {
  const desk = useDesk();
  const [isDragged, setDragged] = useState(false);
  useEffect(() => {
    if (element.current === null || !isEnabled) return undefined;
    return draggable({
      element: element.current,
      canDrag: () => !desk.isReadOnly,
      getInitialData: () => carry({ kind: "nodes", ids: draggedWith(desk, key) }),
      onGenerateDragPreview: ({ nativeSetDragImage }) => {
        const node = desk.snapshot.node(key);
        showDragLabel(nativeSetDragImage, node === undefined ? key : nodeLabel(node, desk.registry, desk.snapshot), draggedWith(desk, key).length);
      },
      onDragStart: () => setDragged(true),
      onDrop: () => setDragged(false),
    });
  }, [desk, element, isEnabled, key]);
  return isDragged;
}

function draggedWith(desk: Desk, key: string): readonly string[] {
  const selection = desk.selection.get();
  return selection.includes(key) ? selection : [key];
}

/** A click selects; with Ctrl or Command it adds or takes out, with Shift it takes all up to here. */
export function selectBy(event: MouseEvent, desk: Desk, key: string): void {
  if (event.shiftKey) extendTo(desk, key);
  else if (event.ctrlKey || event.metaKey) toggleRow(desk, key);
  else selectOnly(desk, key);
}

// Whatever is selected inside would go out of sight; its folded ancestor stands for it.
function toggleFold(event: MouseEvent, desk: Desk, row: TreeRow): void {
  event.stopPropagation();
  const hidesSelection = row.isExpanded && ancestorsOf(desk.primary, desk.snapshot).includes(row.key);
  desk.setExpanded(row.key, !row.isExpanded);
  if (hidesSelection) desk.select(row.key);
}

function beginRenaming(event: MouseEvent, desk: Desk, row: TreeRow): void {
  const rename = commandById("rename");
  if (row.kind !== "node" || rename === undefined || !rename.isEnabled(desk)) return;
  event.stopPropagation();
  rename.run(desk);
}

// Rows are built anew after each edit; most of them say what they said before.
function sameRow(a: LayerRowProps, b: LayerRowProps): boolean {
  return sameMembers({ ...a, row: null }, { ...b, row: null }) && sameMembers(a.row, b.row);
}

function sameMembers<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(a) as (keyof T)[];
  return keys.every((key) => Object.is(a[key], b[key]));
}

// A label alone would make two buttons called "Save" and a text "Save" the same to a listener.
function rowName(label: string, type: string | null, row: TreeRow, problems: number, deleted: string | null, isChanged: boolean, locked: string | null): string {
  const parts = [label];
  if (type !== null && type !== label) parts.push(type);
  if (row.slotTitle !== null) parts.push(row.slotTitle);
  if (deleted !== null) parts.push(deleted);
  if (isChanged) parts.push("changed in this revision");
  if (locked !== null) parts.push(locked);
  if (problems > 0) parts.push(problems === 1 ? "1 problem" : `${problems} problems`);
  return parts.join(", ");
}

function iconOf(row: TreeRow, icon: string | undefined): string | undefined {
  if (row.kind === "application") return "layout-dashboard";
  return row.kind === "section" ? sectionIcon(row.slot) : icon;
}
