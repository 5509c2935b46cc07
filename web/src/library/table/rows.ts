/** Moving through the rows and cells of a table by keyboard, as the grid pattern asks. */
import type { KeyboardEvent } from "react";

/** Where a key leads from a row and a column; null where it means something else. */
export function moved(key: string, at: readonly [row: number, column: number], rows: number, columns: number, isRightToLeft: boolean): readonly [number, number] | null {
  const [row, column] = at;
  const bounded = (value: number, count: number): number => Math.min(Math.max(value, 0), Math.max(count - 1, 0));
  const forward = isRightToLeft ? "ArrowLeft" : "ArrowRight";
  const backward = isRightToLeft ? "ArrowRight" : "ArrowLeft";
  switch (key) {
    case "ArrowDown":
      return [bounded(row + 1, rows), column];
    case "ArrowUp":
      return [bounded(row - 1, rows), column];
    case forward:
      return [row, bounded(column + 1, columns)];
    case backward:
      return [row, bounded(column - 1, columns)];
    case "Home":
      return columns > 1 ? [row, 0] : [0, column];
    case "End":
      return columns > 1 ? [row, bounded(columns, columns)] : [bounded(rows, rows), column];
    case "PageDown":
      return [bounded(row + 10, rows), column];
    case "PageUp":
      return [bounded(row - 10, rows), column];
    default:
      return null;
  }
}

/** Moves the focus within a table's body; true if the key was one of movement. */
export function moveFocus(event: KeyboardEvent<HTMLElement>, unit: "row" | "cell"): boolean {
  const own = (event.target as Element).closest<HTMLElement>(unit === "row" ? "tr" : "td");
  const body = own?.closest("tbody");
  if (own === null || own === undefined || body === null || body === undefined || own !== event.target) return false;
  const rows = [...body.querySelectorAll<HTMLElement>("tr[data-record]")];
  const row = rows.findIndex((each) => each.contains(own));
  const cells = (index: number): readonly HTMLElement[] => (unit === "row" ? rows.slice(index, index + 1) : [...(rows[index]?.querySelectorAll<HTMLElement>("td[data-cell]") ?? [])]);
  const isRightToLeft = getComputedStyle(own).direction === "rtl";
  const next = moved(event.key, [row, cells(row).indexOf(own)], rows.length, cells(row).length, isRightToLeft);
  if (next === null || row < 0) return false;
  cells(next[0])[next[1]]?.focus();
  return true;
}
