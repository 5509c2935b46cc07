/** Ranges of rows, as a click with Shift takes them. */
import type { TreeRow } from "./tree";

/**
 * The nodes from `anchor` to `head`, which comes last; empty unless both are rows of nodes.
 *
 * Deleted nodes and those that stand somewhere are never in one range: no command is for both.
 */
export function rangeOf(rows: readonly TreeRow[], anchor: string, head: string): readonly string[] {
  const from = rows.findIndex((row) => row.key === anchor);
  const to = rows.findIndex((row) => row.key === head);
  const first = rows[from];
  const last = rows[to];
  if (first?.kind !== "node" || last?.kind !== "node") return [];
  const between = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
  const keys = between.filter((row) => row.kind === "node" && row.isTrash === last.isTrash).map((row) => row.key);
  return [...keys.filter((key) => key !== head), head];
}
