/** Whether two plain values say the same, and sharing what did not change between two answers. */

/** Deep equality of JSON-like values; anything else (functions, classes) is compared by identity. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  if (!isPlain(a) || !isPlain(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** `next` with every part taken from `before` that says the same there. */
export function share<T>(before: unknown, next: T): T {
  if (isSame(before, next)) return before as T;
  if (Array.isArray(before) && Array.isArray(next)) {
    const known = new Map(before.map((item) => [keyOf(item), item]));
    return next.map((item) => share(known.get(keyOf(item)), item)) as T;
  }
  if (typeof before !== "object" || typeof next !== "object" || before === null || next === null) return next;
  if (!isPlain(before) || !isPlain(next)) return next;
  const shared: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(next)) shared[key] = share(before[key], value);
  return shared as T;
}

// Items of lists are found again by their ids, wherever they have moved to.
function keyOf(item: unknown): unknown {
  return typeof item === "object" && item !== null && "id" in item ? item.id : item;
}
