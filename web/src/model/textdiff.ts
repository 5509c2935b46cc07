/**
 * The smallest single replacement that turns one text into another.
 *
 * A textarea reports only its whole new value; writing that into a shared text would throw away
 * what somebody else types at the same time, so only the span that differs is replaced. Offsets
 * count UTF-16 units, as Yjs does in JavaScript.
 */

export interface TextChange {
  readonly index: number;
  readonly remove: number;
  readonly insert: string;
}

/** The replacement, or null when the texts are equal. It never divides a surrogate pair. */
export function diffText(before: string, after: string): TextChange | null {
  if (before === after) return null;
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  // 😀 and 😁 share their first unit; replacing only the second would leave replicas that differ.
  if (start > 0 && isHighSurrogate(before.charCodeAt(start - 1))) start -= 1;
  let end = 0;
  while (
    end < shortest - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) {
    end += 1;
  }
  if (end > 0 && isLowSurrogate(before.charCodeAt(before.length - end))) end -= 1;
  return {
    index: start,
    remove: before.length - end - start,
    insert: after.slice(start, after.length - end),
  };
}

/** Where a caret at `offset` stands after a change made by somebody else. */
export function shiftOffset(offset: number, change: TextChange): number {
  if (offset <= change.index) return offset;
  if (offset >= change.index + change.remove) return offset - change.remove + change.insert.length;
  return change.index + change.insert.length;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
