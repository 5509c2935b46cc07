/** Where among the pages a drag would go. */

/** The gap nearest to a height over rows, in pixels: 0 before the first row, `count` behind the last. */
export function pageDropIndex(y: number, rowHeight: number, count: number): number {
  return Math.min(Math.max(Math.round(y / rowHeight), 0), count);
}
