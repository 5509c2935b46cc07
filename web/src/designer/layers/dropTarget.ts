/**
 * Where in the tree a drag would be dropped, by the pointer's place over the rows.
 *
 * A row has a gap above and below it, and a middle that means *into*, where it holds anything at all.
 * Below the last child of several ancestors, the pointer's distance from the edge chooses which of
 * them the gap belongs to.
 */
import { type DragData, movedOf } from "../drag/data";
import type { Registry } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import { firstSlot, mainSlot, type Moved, type Obstacle, obstacle, type Target } from "../../model/targets";
import type { TreeRow } from "../../model/tree";
import { type LiveNode, ROOT } from "../../model/types";

/** The height of a row and the step of a level, in pixels; the stylesheet has the same. */
export const ROW_HEIGHT = 28;
export const LEVEL_STEP = 14;
/** The share of a row's height that belongs to the gap above, and to that below. */
const GAP_SHARE = 0.28;

export type TreeDrop =
  /** Between rows: before the row `at`, drawn as a line at a level. */
  | { readonly kind: "gap"; readonly at: number; readonly level: number; readonly target: Target; readonly obstacle: Obstacle | null }
  /** Into the row `at`. */
  | { readonly kind: "into"; readonly at: number; readonly target: Target; readonly obstacle: Obstacle | null }
  /** Into the Trash, whose row is `at`. */
  | { readonly kind: "trash"; readonly at: number; readonly ids: readonly string[] };

/** A place over the rows, in pixels from their upper left corner. */
export interface Pointer {
  readonly x: number;
  readonly y: number;
}

/** What a drop there would do; null where there is nothing to drop on. */
export function dropAt(rows: readonly TreeRow[], pointer: Pointer, data: DragData, snapshot: Snapshot, registry: Registry): TreeDrop | null {
  const at = Math.min(Math.max(Math.floor(pointer.y / ROW_HEIGHT), 0), rows.length - 1);
  const row = rows[at];
  if (row === undefined || row.kind === "application") return null;
  if (row.isTrash) return intoTrash(rows, data, snapshot);
  const share = pointer.y / ROW_HEIGHT - at;
  const moved = movedOf(data);
  const into = intoRow(row, at, moved, snapshot, registry);
  const isInside = row.kind === "section" ? share < 1 - GAP_SHARE || !row.isExpanded : into !== null && share >= GAP_SHARE && share <= 1 - GAP_SHARE;
  if (into !== null && isInside) return into;
  const isBelow = row.kind === "section" || share > 0.5;
  const gap = isBelow ? gapBelow(rows, at, pointer.x, snapshot) : gapAbove(row, at, snapshot);
  if (gap === null) return into;
  return { kind: "gap", ...gap, obstacle: obstacle(moved, gap.target.parent, gap.target.slot, snapshot, registry) };
}

function intoTrash(rows: readonly TreeRow[], data: DragData, snapshot: Snapshot): TreeDrop | null {
  const ids = data.kind === "nodes" ? data.ids.filter((id) => snapshot.isLive(id)) : [];
  const at = rows.findIndex((row) => row.isTrash);
  return ids.length === 0 ? null : { kind: "trash", at, ids };
}

// Null where the row holds nothing at all, so that its middle belongs to the gaps.
function intoRow(row: TreeRow, at: number, moved: Moved, snapshot: Snapshot, registry: Registry): Extract<TreeDrop, { kind: "into" }> | null {
  const parent = row.node?.id ?? ROOT;
  const declared = row.kind === "section" ? [row.slot] : Object.keys(row.node === null ? {} : registry.slotsOf(row.node));
  const first = declared[0];
  if (first === undefined) return null;
  const slot = row.kind === "section" ? row.slot : (mainSlot(moved, parent, snapshot, registry) ?? firstSlot(moved, parent, snapshot, registry) ?? first);
  const target = { parent, slot, index: snapshot.children(parent, slot).length };
  return { kind: "into", at, target, obstacle: obstacle(moved, parent, slot, snapshot, registry) };
}

interface Gap {
  readonly at: number;
  readonly level: number;
  readonly target: Target;
}

function gapAbove(row: TreeRow, at: number, snapshot: Snapshot): Gap | null {
  const target = beside(row.node, 0, snapshot);
  return target === null ? null : { at, level: row.level, target };
}

function gapBelow(rows: readonly TreeRow[], at: number, x: number, snapshot: Snapshot): Gap | null {
  const row = rows[at];
  const next = rows[at + 1];
  if (row === undefined) return null;
  // Below an unfolded row begins what is in it.
  if (row.isExpanded && next !== undefined && next.level > row.level) return gapAbove(next, at + 1, snapshot);
  const lowest = Math.max(next?.level ?? 2, 2);
  const wanted = Math.round((x - 4) / LEVEL_STEP) + 1;
  const level = Math.min(Math.max(wanted, lowest), row.level);
  const owner = ancestorAt(rows, at, level);
  const target = beside(owner, 1, snapshot);
  return target === null ? null : { at: at + 1, level, target };
}

/** The row itself or the row above it that stands at a level. */
function ancestorAt(rows: readonly TreeRow[], at: number, level: number): LiveNode | null {
  for (let index = at; index >= 0; index -= 1) {
    const row = rows[index];
    if (row !== undefined && row.level === level) return row.node;
  }
  return null;
}

function beside(node: LiveNode | null, step: 0 | 1, snapshot: Snapshot): Target | null {
  if (node?.place == null) return null;
  const [parent, slot] = node.place;
  const index = snapshot.children(parent, slot).findIndex((sibling) => sibling.id === node.id);
  return index < 0 ? null : { parent, slot, index: index + step };
}
