/** The keys of tree and canvas: both have one selection, so both answer to the same keys. */
import type { KeyboardEvent } from "react";

import { treeRows } from "../model/tree";
import { duplicate, move, remove } from "./commands/edits";
import { selectFirstChild, selectParent } from "./commands/walk";
import type { Desk } from "./desk";

/** Performs the command of a key on the selection; true if the key had one. */
export function handleKey(desk: Desk, event: KeyboardEvent): boolean {
  const hasCommand = event.metaKey || event.ctrlKey;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    move(desk, event.key === "ArrowUp" ? -1 : 1);
    return true;
  }
  if (hasCommand && event.key.toLowerCase() === "d") {
    duplicate(desk);
    return true;
  }
  if (hasCommand || event.altKey) return false;
  switch (event.key) {
    case "Delete":
    case "Backspace":
      remove(desk);
      return true;
    case "Escape":
      selectParent(desk);
      return true;
    case "Enter":
      selectFirstChild(desk);
      return true;
    case "ArrowUp":
    case "ArrowDown":
    case "ArrowLeft":
    case "ArrowRight":
    case "Home":
    case "End":
      walk(desk, event.key);
      return true;
    default:
      return false;
  }
}

/** Undo and redo of one's own work, wherever the focus is; text fields of the tool included. */
export function handleHistoryKey(desk: Desk, event: globalThis.KeyboardEvent): void {
  if (!(event.metaKey || event.ctrlKey) || event.altKey) return;
  const letter = event.key.toLowerCase();
  if (letter !== "z" && letter !== "y") return;
  event.preventDefault();
  if (letter === "y" || event.shiftKey) desk.connection.redo();
  else desk.connection.undo();
}

function walk(desk: Desk, arrow: string): void {
  const rows = treeRows(desk.snapshot, desk.registry, desk.expanded.get());
  const index = rows.findIndex((row) => row.key === desk.primary);
  const row = rows[index];
  const select = (target: number): void => {
    const next = rows[Math.min(Math.max(target, 0), rows.length - 1)];
    if (next !== undefined) desk.select(next.key);
  };
  if (arrow === "Home") select(0);
  else if (arrow === "End") select(rows.length - 1);
  else if (arrow === "ArrowUp") select(index - 1);
  else if (arrow === "ArrowDown") select(index + 1);
  else if (row === undefined) return;
  else if (arrow === "ArrowRight") {
    if (!row.hasChildren) return;
    if (row.isExpanded) select(index + 1);
    else desk.setExpanded(row.key, true);
  } else if (row.isExpanded && row.hasChildren) desk.setExpanded(row.key, false);
  else if (row.parent !== null) desk.select(row.parent);
}
