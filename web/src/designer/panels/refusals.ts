/**
 * What the server did not take, with what one had written: it has undone it everywhere, here too.
 *
 * A refusal stays until it is dismissed, so that the words can still be copied; offline work is judged
 * when one comes back, and maybe only after a reload.
 */
import type * as Y from "yjs";

import { type Journal, type OwnEdit, RECENT_MS, standing } from "../conflicts/journal";
import { keyOf, sameJson } from "../conflicts/where";
import { Store } from "../../shared/store";

export type RefusedValue = OwnEdit;

export interface Refusal {
  readonly id: string;
  readonly nodes: readonly string[];
  /** Keys from the props of the (first) node inwards. */
  readonly path: readonly string[];
  readonly code: string;
  readonly reason: string;
  readonly at: number;
  /** Whether the edits were made while there was no connection. */
  readonly isOffline: boolean;
  readonly values: readonly RefusedValue[];
}

export interface Refused {
  readonly nodes: readonly string[];
  readonly path: readonly string[];
  readonly code: string;
  readonly reason: string;
}

const REFUSALS_MAX = 50;

export class Refusals {
  readonly list = new Store<readonly Refusal[]>([]);
  readonly #journal: Journal;
  readonly #doc: Y.Doc;

  constructor(journal: Journal, doc: Y.Doc) {
    this.#journal = journal;
    this.#doc = doc;
  }

  /** Takes a refusal in; the document has the server's undoing of it already. */
  add(message: Refused, isOffline: boolean, now: number): Refusal {
    const nodes = new Set(message.nodes);
    const values = this.#journal.all.filter(
      (edit) => nodes.has(edit.node) && (edit.isWaiting || now - edit.at <= RECENT_MS) && !sameJson(standing(this.#doc, edit) ?? null, edit.mine ?? null),
    );
    this.#journal.forget(values.map(({ key }) => key));
    const refusal: Refusal = { ...message, id: `${now}-${Math.random().toString(36).slice(2)}`, path: propPath(message.path), at: now, isOffline, values };
    this.list.update((list) => [...list, refusal].slice(-REFUSALS_MAX));
    return refusal;
  }

  restore(refusals: readonly Refusal[]): void {
    this.list.update((list) => [...refusals, ...list].slice(-REFUSALS_MAX));
  }

  /** One has written something else there: what was refused before one's eyes is settled. */
  answer(keys: ReadonlySet<string>): void {
    const list = this.list.get();
    const isAnswered = ({ nodes, path, values }: Refusal): boolean =>
      values.some(({ key }) => keys.has(key)) || nodes.some((node) => keys.has(keyOf({ node, kind: "value", path })));
    const left = list.filter((refusal) => refusal.isOffline || !isAnswered(refusal));
    if (left.length !== list.length) this.list.set(left);
  }

  dismiss(id: string): void {
    this.list.update((list) => list.filter((refusal) => refusal.id !== id));
  }

  dismissAll(): void {
    this.list.set([]);
  }
}

/** The server's path (`nodes`, id, `props`, …) from the props inwards. */
function propPath(path: readonly string[]): readonly string[] {
  const props = path.indexOf("props");
  if (path[0] === "application") return path.slice(1);
  return path[0] === "nodes" ? path.slice(props < 0 ? 2 : props + 1) : path;
}

/** Whether a refusal concerns a property: its own path, one inside it, or what was written there. */
export function concerns(refusal: Refusal, node: string, path: readonly string[]): boolean {
  if (!refusal.nodes.includes(node)) return false;
  const isWithin = (other: readonly string[]): boolean => other.length > 0 && path.every((step, index) => other[index] === step);
  return isWithin(refusal.path) && refusal.path.length >= path.length;
}
