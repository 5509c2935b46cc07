/**
 * Which row of the tree stays where it is seen while rows above it come and go.
 *
 * The rows are placed by their numbers, so that a browser's own scroll anchoring has nothing to hold
 * on to: without this, each row that somebody else adds above would push down what one looks at.
 */

/** By how many rows the first row in sight that is still there has moved; 0 where none is left. */
export function shiftOf(before: readonly string[], now: readonly string[], first: number, last: number): number {
  if (before === now) return 0;
  const places = new Map(now.map((key, index) => [key, index]));
  for (let index = Math.max(first, 0); index <= Math.min(last, before.length - 1); index += 1) {
    const at = places.get(before[index] ?? "");
    if (at !== undefined) return at - index;
  }
  return 0;
}
