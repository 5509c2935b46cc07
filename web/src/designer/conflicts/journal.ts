/**
 * What one has done oneself and the server may not have yet: register by register, with the value.
 *
 * It tells a conflict from an ordinary edit of somebody else, keeps what one wrote when the server
 * refuses it, and says what waits while offline. It is kept with the local copy of the room, so that
 * all this holds after a reload too.
 */
import * as Y from "yjs";

import { type Json, ROOT } from "../../model/types";
import { isObject } from "../../model/value";
import { Store } from "../../shared/store";
import { chainOf, contentOf, isNewIn, keyOf, registersOf, sameJson, textsOf, valueOf, type Where } from "./where";

export interface OwnEdit {
  readonly key: string;
  readonly node: string;
  readonly kind: "value" | "place" | "text";
  readonly path: readonly string[];
  /** What one wrote; undefined where one took the value away. */
  readonly mine?: Json | undefined;
  readonly before?: Json | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the server has not acknowledged it yet. */
  readonly isWaiting: boolean;
  /** Whether the node was made by this edit. */
  readonly isNew: boolean;
  /** What the node was called, and its type: it may be gone when this is read. */
  readonly label: string;
  readonly type: string;
}

/** How long after its acknowledgement an edit still counts as done at the same time, in milliseconds. */
export const RECENT_MS = 10_000;
/** More registers than these are not remembered; the oldest go first. */
const EDITS_MAX = 1_000;

export interface Named {
  readonly label: string;
  readonly type: string;
}

export class Journal {
  readonly waiting = new Store<readonly OwnEdit[]>([]);
  readonly #name: (node: string) => Named;
  readonly #edits = new Map<string, OwnEdit>();
  readonly #births = new Set<string>();

  constructor(name: (node: string) => Named) {
    this.#name = name;
  }

  get(key: string): OwnEdit | undefined {
    return this.#edits.get(key);
  }

  get all(): readonly OwnEdit[] {
    return [...this.#edits.values()];
  }

  /** Takes note of nodes that were made, before they are placed. */
  recordBirths(transaction: Y.Transaction): void {
    for (const [type, keys] of transaction.changed) {
      if (type._item !== null) continue;
      for (const key of keys) if (key !== null) this.#births.add(key);
    }
  }

  /** Takes note of what an own transaction did, and returns it. */
  record(transaction: Y.Transaction, now: number): readonly OwnEdit[] {
    const edits: OwnEdit[] = [];
    for (const { where, item } of registersOf(transaction)) {
      const current = item.deleted ? undefined : item;
      // A container that came with an edit is not what was edited.
      if (current?.content instanceof Y.ContentType && !isExpressionItem(current)) continue;
      edits.push(this.#note(where, where.kind, valueOf(current), valueBefore(transaction, item), now));
    }
    for (const { where, text } of textsOf(transaction)) {
      if (text._item?.deleted === true || (text._item !== null && isNewIn(transaction, text._item))) continue;
      edits.push(this.#note(where, "text", text.toString(), undefined, now));
    }
    if (edits.length > 0) this.#publish();
    return edits;
  }

  /** Everything sent so far is stored; it stays for a while, because others may have written meanwhile. */
  settle(now: number): void {
    for (const [key, edit] of this.#edits) {
      if (edit.isWaiting) this.#edits.set(key, { ...edit, isWaiting: false, at: now });
      else if (now - edit.at > RECENT_MS) this.#edits.delete(key);
    }
    if (this.waiting.get().length > 0) this.#publish();
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) this.#edits.delete(key);
    this.#publish();
  }

  /** Goes on from what an earlier load of the page had noted. */
  restore(edits: readonly OwnEdit[]): void {
    for (const edit of edits) if (!this.#edits.has(edit.key)) this.#edits.set(edit.key, edit);
    this.#publish();
  }

  #note(where: Pick<Where, "node" | "path">, kind: OwnEdit["kind"], mine: Json | undefined, before: Json | undefined, now: number): OwnEdit {
    const key = keyOf({ ...where, kind: kind === "place" ? "place" : "value" });
    const known = this.#edits.get(key);
    // What the server has already is moved, and not made, by a later edit.
    const unsent = known?.isWaiting === true && known.kind === kind ? known : undefined;
    const isNew = kind === "place" && (unsent?.isNew ?? (before === null && this.#births.delete(where.node)));
    const first = unsent === undefined ? before : unsent.before;
    const { label, type } = this.#name(where.node);
    const edit: OwnEdit = { key, node: where.node, kind, path: where.path, mine, before: first, at: now, isWaiting: true, isNew, label, type };
    this.#edits.delete(key);
    // Undone before it was sent: nothing waits. Of a text only the newest state is known.
    if (kind === "text" || !sameJson(mine, first)) this.#edits.set(key, edit);
    for (const oldest of this.#edits.keys()) {
      if (this.#edits.size <= EDITS_MAX) break;
      this.#edits.delete(oldest);
    }
    return edit;
  }

  #publish(): void {
    const waiting = [...this.#edits.values()].filter((edit) => edit.isWaiting);
    if (waiting.length > 0 || this.waiting.get().length > 0) this.waiting.set(waiting);
  }
}

/** The value that stands in the document where an edit was made. */
export function standing(doc: Y.Doc, { node, kind, path }: Pick<OwnEdit, "node" | "kind" | "path">): Json | undefined {
  const owner: unknown = node === ROOT ? doc.getMap("application") : doc.getMap("nodes").get(node);
  const base: unknown = node === ROOT || kind === "place" || !(owner instanceof Y.Map) ? owner : owner.get("props");
  let value = base;
  for (const step of path) value = value instanceof Y.Map ? value.get(step) : undefined;
  return (value instanceof Y.AbstractType ? value.toJSON() : value) as Json | undefined;
}

export function isExpressionItem(item: Y.Item): boolean {
  const value = contentOf(item);
  return isObject(value) && typeof value.expr === "string";
}

function valueBefore(transaction: Y.Transaction, item: Y.Item): Json | undefined {
  const before = chainOf(item).find((other) => !isNewIn(transaction, other));
  return before !== undefined && Y.isDeleted(transaction.deleteSet, before.id) ? contentOf(before) : undefined;
}

