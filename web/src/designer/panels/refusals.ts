/**
 * What the server did not take, with what one had written: it has undone it everywhere, here too.
 *
 * A refusal stays until it is dismissed, so that the words can still be copied; offline work is judged
 * when one comes back, and maybe only after a reload.
 */
import type * as Y from "yjs";

import { writeClip } from "../../model/clipboard";
import { FRAGMENT_NODES_MAX, fragmentOf } from "../../model/fragment";
import { Snapshot } from "../../model/snapshot";
import { type Journal, type OwnEdit, RECENT_MS, standing } from "../conflicts/journal";
import { keyOf, sameJson } from "../conflicts/where";
import { Store } from "../../shared/store";

export interface RefusedValue extends OwnEdit {
  /** A new node with all that was in it, as the clipboard has it: it is nowhere else any more. */
  readonly clip?: string | undefined;
}

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

  /**
   * Takes a refusal in; the document has the server's undoing of it already.
   *
   * Without nodes nothing that waits was taken, and nothing undone. `mine` is the model as it was after
   * one's own last edit: what is new in it may be gone by now.
   */
  add(message: Refused, isOffline: boolean, now: number, mine: Snapshot = Snapshot.EMPTY): Refusal {
    const nodes = new Set(message.nodes);
    const isUndone = (edit: OwnEdit): boolean =>
      nodes.has(edit.node) && (edit.isWaiting || now - edit.at <= RECENT_MS) && !sameJson(standing(this.#doc, edit) ?? null, edit.mine ?? null);
    const edits = this.#journal.all.filter((edit) => (nodes.size === 0 ? edit.isWaiting : isUndone(edit)));
    const values = withoutTheirOwn(edits).map((edit) => withClip(edit, mine));
    this.#journal.forget(edits.map(({ key }) => key));
    const refusal: Refusal = { ...message, id: `${now}-${Math.random().toString(36).slice(2)}`, path: propPath(message.path), at: now, isOffline, values };
    return this.#keep(refusal);
  }

  /** Letter by letter the same is refused again and again: that is one refusal, with the newest words. */
  #keep(refusal: Refusal): Refusal {
    const list = this.list.get();
    const former = list.filter((other) => isAgain(other, refusal));
    const keys = new Set(refusal.values.map(({ key }) => key));
    const earlier = former.flatMap(({ values }) => values).filter(({ key }) => !keys.has(key));
    const kept = { ...refusal, values: [...earlier, ...refusal.values] };
    this.list.set([...list.filter((other) => !former.includes(other)), kept].slice(-REFUSALS_MAX));
    return kept;
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

  /** One of its values is tried again; the others stay. */
  settle(id: string, key: string): void {
    const left = (refusal: Refusal): Refusal => ({ ...refusal, values: refusal.values.filter((value) => value.key !== key) });
    this.list.update((list) => list.map((refusal) => (refusal.id === id ? left(refusal) : refusal)).filter((refusal) => refusal.id !== id || refusal.values.length > 0));
  }

  dismiss(id: string): void {
    this.list.update((list) => list.filter((refusal) => refusal.id !== id));
  }

  dismissAll(): void {
    this.list.set([]);
  }
}

// What was refused while offline was one piece of work, and stays one.
function isAgain(one: Refusal, other: Refusal): boolean {
  return !one.isOffline && !other.isOffline && one.nodes.length > 0 && one.code === other.code && sameJson([...one.nodes], [...other.nodes]) && sameJson([...one.path], [...other.path]);
}

// A new node comes whole: what was written in it, and put into it, is not told again.
function withoutTheirOwn(edits: readonly OwnEdit[]): readonly OwnEdit[] {
  const born = new Set(edits.filter(({ kind, isNew }) => kind === "place" && isNew).map(({ node }) => node));
  const isWithin = ({ kind, node, isNew, mine }: OwnEdit): boolean =>
    kind === "place" ? isNew && Array.isArray(mine) && born.has(String(mine[0])) : born.has(node);
  return edits.filter((edit) => !isWithin(edit));
}

function withClip(edit: OwnEdit, mine: Snapshot): RefusedValue {
  const isBorn = edit.kind === "place" && edit.isNew && mine.isLive(edit.node);
  const fragment = isBorn ? fragmentOf(mine, [edit.node]) : null;
  return fragment === null || fragment.nodes.length > FRAGMENT_NODES_MAX ? edit : { ...edit, clip: writeClip(fragment, mine) };
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
