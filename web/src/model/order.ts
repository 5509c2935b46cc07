/**
 * New order keys for siblings and list entries.
 *
 * Keys are those of `fractional-indexing`, compared by code unit; equal keys, which two people
 * inserting at once at one position produce, are broken by id. Whoever only reads needs `ordered`.
 */
import { generateKeyBetween } from "fractional-indexing";

import type { Ordered } from "./ordered";

/**
 * A key that sorts a new item at `index` among `sorted` siblings.
 *
 * Between two siblings with equal keys no key fits, so the item goes behind the whole run of
 * equals: the nearest place that exists. Keys that are not valid (a foreign tool wrote them) are
 * passed over in the same way.
 */
export function orderAt(sorted: readonly Ordered[], index: number): string {
  const before = index > 0 ? (sorted[index - 1]?.order ?? null) : null;
  for (let next = index; next <= sorted.length; next += 1) {
    const after = sorted[next]?.order ?? null;
    if (before !== null && after !== null && after <= before) continue;
    const key = keyBetween(before, after);
    if (key !== null) return key;
  }
  return keyBetween(lastValid(sorted), null) ?? generateKeyBetween(null, null);
}

function keyBetween(before: string | null, after: string | null): string | null {
  try {
    return generateKeyBetween(before, after);
  } catch {
    // The package throws on keys that are not its own; the caller tries the next gap.
    return null;
  }
}

function lastValid(sorted: readonly Ordered[]): string | null {
  for (let index = sorted.length - 1; index >= 0; index -= 1) {
    const order = sorted[index]?.order;
    if (order !== undefined && keyBetween(order, null) !== null) return order;
  }
  return null;
}
