/** Walking with the selection: by rows, to the parent, to a child, to the siblings, over ranges. */
import { childrenInSlots, sectionKey, TRASH_SECTION, type TreeRow, treeRows } from "../../model/tree";
import { rangeOf } from "../../model/ranges";
import { ROOT } from "../../model/types";
import type { Desk } from "../desk";
import { toolsOf } from "./tools";

export type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight" | "Home" | "End";

/** Selects the parent; of several nodes, first the primary one alone. */
export function selectParent(desk: Desk): void {
  const key = desk.primary;
  const node = desk.snapshot.node(key);
  if (desk.selection.get().length > 1) desk.select(key);
  else if (node === undefined) desk.select(ROOT);
  else if (node.place === null) desk.select(TRASH_SECTION);
  else desk.select(node.place[0] === ROOT ? sectionKey(node.place[1]) : node.place[0]);
}

export function selectFirstChild(desk: Desk): void {
  const key = desk.primary;
  const node = desk.snapshot.node(key);
  if (node !== undefined) {
    const child = childrenInSlots(node, desk.snapshot, desk.registry)[0];
    if (child === undefined) return;
    // The select below unfolds what lives; in the Trash there is no path to unfold by.
    desk.setExpanded(key, true);
    desk.select(child.id);
    return;
  }
  desk.setExpanded(key, true);
  const child = rowsOf(desk).find((row) => row.parent === key);
  if (child !== undefined) desk.select(child.key);
}

/** Selects the sibling before or behind the selected node. */
export function selectSibling(desk: Desk, step: -1 | 1): void {
  const siblings = siblingsOf(desk);
  const next = siblings[siblings.indexOf(desk.primary) + step];
  if (next !== undefined) desk.select(next);
}

/** Selects all that stand beside the selected node, which stays the primary one. */
export function selectSiblings(desk: Desk): void {
  const siblings = siblingsOf(desk).filter((key) => key !== desk.primary);
  if (siblings.length > 0) desk.selectAll([...siblings, desk.primary]);
}

/** The nodes that share parent and slot with the primary one, itself among them. */
export function siblingsOf(desk: Desk): readonly string[] {
  const node = desk.snapshot.node(desk.primary);
  if (node === undefined) return [];
  if (node.place === null) return desk.snapshot.trash().map((other) => other.id);
  return desk.snapshot.children(node.place[0], node.place[1]).map((sibling) => sibling.id);
}

/** Walks by an arrow as in any tree: rows up and down, folding left and right. */
export function walk(desk: Desk, arrow: Arrow): void {
  const rows = rowsOf(desk);
  const index = rows.findIndex((row) => row.key === desk.primary);
  const row = rows[index];
  const select = (target: number): void => {
    const next = rows[Math.min(Math.max(target, 0), rows.length - 1)];
    if (next !== undefined) desk.select(next.key);
  };
  switch (arrow) {
    case "Home":
      return select(0);
    case "End":
      return select(rows.length - 1);
    case "ArrowUp":
      return select(index - 1);
    case "ArrowDown":
      return select(index + 1);
    case "ArrowRight":
      if (row === undefined || !row.hasChildren) return;
      return row.isExpanded ? select(index + 1) : desk.setExpanded(row.key, true);
    case "ArrowLeft":
      if (row === undefined) return;
      if (row.isExpanded && row.hasChildren) return desk.setExpanded(row.key, false);
      if (row.parent !== null) desk.select(row.parent);
  }
}

/** Extends the selection by a row, from where the range was begun. */
export function extend(desk: Desk, step: -1 | 1): void {
  const rows = rowsOf(desk);
  const anchor = anchorOf(desk);
  let index = rows.findIndex((row) => row.key === desk.primary) + step;
  while (rows[index] !== undefined && rows[index]?.kind !== "node") index += step;
  const next = rows[index];
  if (next !== undefined) selectRange(desk, rows, anchor, next.key);
}

/** Selects the rows between the anchor and a row, which becomes the primary one. */
export function extendTo(desk: Desk, key: string): void {
  selectRange(desk, rowsOf(desk), anchorOf(desk), key);
}

/** Selects one row; ranges begin here. */
export function selectOnly(desk: Desk, key: string): void {
  toolsOf(desk).anchor.set(key);
  desk.select(key);
}

/** Adds a row to the selection or takes it out; ranges begin here. */
export function toggleRow(desk: Desk, key: string): void {
  if (desk.snapshot.node(key) === undefined) return;
  toolsOf(desk).anchor.set(key);
  desk.toggle(key);
}

function selectRange(desk: Desk, rows: readonly TreeRow[], anchor: string, head: string): void {
  const keys = rangeOf(rows, anchor, head);
  if (keys.length === 0) desk.select(head);
  else desk.selectAll(keys);
  toolsOf(desk).anchor.set(anchor);
}

// With one node selected, ranges begin at it, however it was selected.
function anchorOf(desk: Desk): string {
  const anchor = toolsOf(desk).anchor.get();
  const selection = desk.selection.get();
  return selection.length > 1 && anchor !== null && selection.includes(anchor) ? anchor : desk.primary;
}

function rowsOf(desk: Desk): readonly TreeRow[] {
  return treeRows(desk.snapshot, desk.registry, desk.expanded.get());
}
