/** The order of a table, as field paths with a minus sign before one for descending. */

export type Direction = "ascending" | "descending" | "none";

export function directionOf(sort: readonly string[], path: string): Direction {
  if (sort.includes(path)) return "ascending";
  return sort.includes(`-${path}`) ? "descending" : "none";
}

/**
 * The order after a press on a column's title: ascending, descending, as the source says.
 *
 * With `isAdded` the column is put after those that are sorted by already.
 */
export function nextSort(sort: readonly string[], path: string, isAdded = false): readonly string[] {
  const direction = directionOf(sort, path);
  const next = direction === "none" ? path : direction === "ascending" ? `-${path}` : null;
  if (!isAdded) return next === null ? [] : [next];
  if (direction === "none") return [...sort, path];
  const own = direction === "ascending" ? path : `-${path}`;
  return sort.flatMap((key) => (key !== own ? [key] : next === null ? [] : [next]));
}

/** The last page's number, counted from 0; one page is there even without a record. */
export function lastPage(total: number, pageSize: number): number {
  return Math.max(Math.ceil(total / Math.max(pageSize, 1)) - 1, 0);
}
