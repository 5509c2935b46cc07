/**
 * Which edits are one step of undo.
 *
 * What is typed in one field is one step until one pauses long, leaves the field, or does something
 * else; so is what one command writes, one transaction right after the other. A choice in a field,
 * such as an option or a switch, is a step of its own, however quickly another follows.
 */
import * as Y from "yjs";

import { diffText } from "../../model/textdiff";
import type { Json, JsonObject } from "../../model/types";
import { isObject } from "../../model/value";
import { chainOf, contentOf, isNewIn, keyOf, registersOf, sameJson, textsOf } from "../conflicts/where";

/** Who stops typing for so long has begun anew, in milliseconds. */
export const TYPING_PAUSE_MS = 2_500;
/** The transactions of one command follow one another more quickly than this, in milliseconds. */
export const COMMAND_PAUSE_MS = 400;
/** A key changes so many characters at once: one, or those of a word that is being composed. */
const KEYSTROKE_MAX = 3;

/** An edit as undo gathers it: the field that it wrote in, and whether it was by the keyboard. */
export interface Edit {
  /** The field, or fields of several nodes; null for what is no edit of values alone. */
  readonly field: string | null;
  readonly isKeystroke: boolean;
}

export class Grouping {
  readonly #now: () => number;
  /** `isTyping`: a second key has shown that somebody types; one edit alone may be a command's. */
  #last: { readonly field: string | null; readonly isTyping: boolean; readonly at: number } | null = null;

  /** `now`: a clock in milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Whether the step that is being gathered is what somebody types in one field. */
  get isTyping(): boolean {
    return this.#last?.isTyping === true;
  }

  /** What follows is a step of its own. */
  end(): void {
    this.#last = null;
  }

  /** Takes an edit; false if it begins a step. */
  take({ field, isKeystroke }: Edit): boolean {
    const at = this.#now();
    const last = this.#last;
    const pauseMs = last === null ? Infinity : at - last.at;
    const isSameField = last !== null && last.field !== null && last.field === field;
    const isContinued = last !== null && (isSameField ? isKeystroke && pauseMs < TYPING_PAUSE_MS : !last.isTyping && pauseMs < COMMAND_PAUSE_MS);
    if (last !== null && isContinued) {
      // A second field makes it a command's: what is typed later begins anew.
      this.#last = isSameField ? { field, isTyping: true, at } : { field: null, isTyping: false, at };
    } else this.#last = { field, isTyping: false, at };
    return isContinued;
  }
}

/** What a transaction was. */
export function editOf(transaction: Y.Transaction): Edit {
  const fields = new Set<string>();
  let isKeystroke = true;
  let hasPlace = false;
  for (const { where, item } of registersOf(transaction)) {
    // A container that came with an edit is not what was edited; a text that is new is.
    if (!item.deleted && item.content instanceof Y.ContentType) {
      if (item.content.type instanceof Y.Text) fields.add(keyOf(where));
      continue;
    }
    hasPlace ||= where.kind === "place";
    fields.add(keyOf(where));
    isKeystroke &&= isTyped(valueBefore(transaction, item), item.deleted ? undefined : contentOf(item));
  }
  for (const { where } of textsOf(transaction)) fields.add(keyOf(where));
  return { field: hasPlace || fields.size === 0 ? null : [...fields].sort().join("\n"), isKeystroke: isKeystroke && !hasPlace };
}

function valueBefore(transaction: Y.Transaction, item: Y.Item): Json | undefined {
  const before = chainOf(item).find((other) => !isNewIn(transaction, other));
  return before !== undefined && Y.isDeleted(transaction.deleteSet, before.id) ? contentOf(before) : undefined;
}

/** Whether a value differs from the one before as much as a key on the keyboard makes it. */
export function isTyped(before: Json | undefined, after: Json | undefined): boolean {
  if (isObject(after)) return isTypedInside(isObject(before) ? before : {}, after);
  const [from, to] = [written(before), written(after)];
  if (from === null || to === null) return false;
  const change = diffText(from, to);
  if (change === null) return true;
  const { remove, insert } = change;
  if (Math.max(remove, insert.length) > KEYSTROKE_MAX) return false;
  // Where nothing of it stays it was chosen: `sm`, `md`.
  return remove === 0 || insert.length === 0 || remove < from.length;
}

/** Whether one member alone was typed in, of a value that is written whole. */
function isTypedInside(before: JsonObject, after: JsonObject): boolean {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !sameJson(before[name], after[name]));
  const [name] = names;
  return name !== undefined && names.length === 1 && isTyped(before[name], after[name]);
}

function written(value: Json | undefined): string | null {
  if (value === undefined || value === null) return "";
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}
