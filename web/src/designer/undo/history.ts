/**
 * Undo and redo of one person's own work.
 *
 * `Y.UndoManager` keeps the steps; before a step is undone, what others have done there since is cut
 * out of it (`others.ts`). A refused edit has been undone by the server already, in a transaction of
 * its own, so after a refusal:
 *
 * - Undoing it changes nothing where it set a value: its items are deleted, and what they replaced is
 *   not the newest value of its key.
 * - The value that the server put back stands in for the one before, so that earlier steps of the same
 *   property stay usable.
 * - In a text the server has inserted deleted words anew; undoing the deletion would double them. The
 *   steps lose what they did in that text, and nothing else.
 */
import * as Y from "yjs";

import { Store } from "../../shared/store";
import { type AnyType, chainOf, contentOf, isNewIn, registersOf, sameJson, textsOf } from "../conflicts/where";
import { editOf, Grouping } from "./grouping";
import { spareOthers } from "./others";
import { eachItem, redoneOf, type Step, withItem, without } from "./structs";

export interface UndoState {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** What would be undone next, and redone, in words; empty where nothing is, or nobody knows. */
  readonly undo: string;
  readonly redo: string;
}

export interface Undone {
  readonly words: string;
  /** Something was left as it is, because somebody else has worked in it. */
  readonly isPartial: boolean;
}

/** A step that the server takes back, as it has made it: what was restored out of the history. */
export interface Outside {
  readonly words: string;
  /** Takes it back, and gives what takes that back; says by itself what came of it, and throws if nothing did. */
  readonly take: () => Promise<Outside>;
}

export interface HistoryOptions {
  readonly origin: object;
  /** What the last own transaction did, in words. */
  readonly describe: () => string;
  readonly isPerson: (client: number) => boolean;
  readonly grouping?: Grouping;
}

/** So many foreign values and texts are remembered for a refusal that may follow. */
const SUSPECTS_MAX = 500;
const WORDS = "words";
const EMPTY: UndoState = { canUndo: false, canRedo: false, undo: "", redo: "" };

type Kind = "undo" | "redo";

/** A step of the server's, and how many of one's own are beneath it. */
interface Placed {
  readonly outside: Outside;
  readonly depth: number;
}

interface Suspect {
  readonly node: string;
  readonly item: Y.Item | null;
  readonly text: Y.Text | null;
}

export class UndoHistory {
  readonly state = new Store<UndoState>(EMPTY);
  readonly manager: Y.UndoManager;
  readonly #doc: Y.Doc;
  readonly #isPerson: (client: number) => boolean;
  readonly #memory = { foreignDeletes: new WeakSet<Y.Item>(), putBack: new WeakSet<Y.Item>() };
  readonly #origin: object;
  readonly #grouping: Grouping;
  readonly #outside: Readonly<Record<Kind, Placed[]>> = { undo: [], redo: [] };
  #isTaking = false;
  #suspects: Suspect[] = [];

  constructor(doc: Y.Doc, { origin, describe, isPerson, grouping = new Grouping() }: HistoryOptions) {
    this.#doc = doc;
    this.#isPerson = isPerson;
    this.#origin = origin;
    this.#grouping = grouping;
    // Before the manager's own listener: what a step is, is decided here.
    doc.on("afterTransaction", this.#gather);
    this.manager = new Y.UndoManager([doc.getMap("nodes"), doc.getMap("application")], {
      trackedOrigins: new Set([origin]),
      captureTimeout: Infinity,
      ignoreRemoteMapChanges: true,
    });
    this.manager.on("stack-item-added", ({ stackItem, origin: by }) => {
      stackItem.meta.set(WORDS, describe());
      if (by === origin) this.#outside.redo.length = 0;
      this.#show();
    });
    this.manager.on("stack-item-updated", ({ stackItem }) => {
      // A name that is being typed is told as it is by now.
      if (this.#grouping.isTyping) stackItem.meta.set(WORDS, describe());
      this.#show();
    });
    this.manager.on("stack-item-popped", this.#show);
    this.manager.on("stack-cleared", this.#show);
    doc.on("afterTransaction", this.#watch);
  }

  undo(): Undone | null {
    return this.#take("undo") ? null : this.#pop("undo");
  }

  redo(): Undone | null {
    return this.#take("redo") ? null : this.#pop("redo");
  }

  stopCapturing(): void {
    this.#grouping.end();
  }

  /** Adds a step that was made outside of the document's own edits. */
  record(outside: Outside): void {
    this.stopCapturing();
    this.manager.clear(false, true);
    this.#outside.redo.length = 0;
    this.#outside.undo.push({ outside, depth: this.manager.undoStack.length });
    this.#show();
  }

  /** The server has undone an edit of these nodes: nothing of it may be undone a second time. */
  refuse(nodes: readonly string[]): void {
    const concerned = new Set(nodes);
    const [hits, others] = [this.#suspects.filter(({ node }) => concerned.has(node)), this.#suspects.filter(({ node }) => !concerned.has(node))];
    this.#suspects = others;
    const texts = new Set<AnyType>(hits.flatMap(({ text }) => text ?? []));
    for (const { item } of hits) if (item !== null) this.#adopt(item);
    if (texts.size > 0) this.#forget(texts);
    this.stopCapturing();
    this.#show();
  }

  destroy(): void {
    this.#doc.off("afterTransaction", this.#watch);
    this.#doc.off("afterTransaction", this.#gather);
    this.manager.destroy();
  }

  /**
   * Undoes the newest step of which something is left.
   *
   * Each step is looked at in the state in which it is its turn: what a later step replaced is one's
   * own work, but looks like another's until that step is undone. So the manager sees one at a time.
   */
  #pop(kind: Kind): Undone | null {
    const { manager } = this;
    this.stopCapturing();
    const [from, to] = kind === "undo" ? (["undoStack", "redoStack"] as const) : (["redoStack", "undoStack"] as const);
    let isPartial = false;
    for (let step = manager[from].at(-1); step !== undefined; step = manager[from].at(-1)) {
      isPartial = spareOthers(this.#doc, step, this.#memory) || isPartial;
      const rest = manager[from].slice(0, -1);
      manager[from] = [step];
      const done = manager[kind]();
      manager[from] = rest;
      if (done === null) continue;
      const words = wordsOf(step);
      manager[to].at(-1)?.meta.set(WORDS, words);
      this.#show();
      return { words, isPartial };
    }
    this.#show();
    return isPartial ? { words: "", isPartial } : null;
  }

  /** Begins the taking back of a step of the server's, if it is its turn. */
  #take(kind: Kind): boolean {
    const placed = this.#outside[kind].at(-1);
    if (this.#isTaking) return true;
    if (placed === undefined || placed.depth < this.manager[`${kind}Stack`].length) return false;
    this.#isTaking = true;
    void this.#carryOut(kind, placed);
    return true;
  }

  async #carryOut(kind: Kind, placed: Placed): Promise<void> {
    const other: Kind = kind === "undo" ? "redo" : "undo";
    try {
      const outside = await placed.outside.take();
      const list = this.#outside[kind];
      list.splice(list.indexOf(placed), 1);
      this.#outside[other].push({ outside, depth: this.manager[`${other}Stack`].length });
    } catch {
      // It has said so itself, and the step stays for another try.
    } finally {
      this.#isTaking = false;
      this.#show();
    }
  }

  readonly #gather = (transaction: Y.Transaction): void => {
    if (transaction.origin !== this.#origin || transaction.changed.size === 0) return;
    if (!this.#grouping.take(editOf(transaction))) this.manager.stopCapturing();
  };

  readonly #watch = (transaction: Y.Transaction): void => {
    if (transaction.local) return;
    const found: Suspect[] = [];
    for (const { where, item } of registersOf(transaction)) {
      const isDeletedHere = item.deleted && Y.isDeleted(transaction.deleteSet, item.id);
      if (isDeletedHere) this.#memory.foreignDeletes.add(item);
      const isServers = !item.deleted && isNewIn(transaction, item) && !this.#isPerson(item.id.client);
      if (isDeletedHere || isServers) found.push({ node: where.node, item, text: null });
    }
    for (const { where, text } of textsOf(transaction)) {
      if (this.#hasServerText(transaction, text)) found.push({ node: where.node, item: null, text });
    }
    if (found.length > 0) this.#suspects = [...this.#suspects, ...found].slice(-SUSPECTS_MAX);
  };

  #hasServerText(transaction: Y.Transaction, text: Y.Text): boolean {
    for (let item = text._start; item !== null; item = item.right) {
      if (isNewIn(transaction, item) && !this.#isPerson(item.id.client)) return true;
    }
    return false;
  }

  /** Lets what the server put back stand in for one's own earlier value. */
  #adopt(item: Y.Item): void {
    this.#memory.foreignDeletes.delete(item);
    if (item.deleted) return;
    this.#memory.putBack.add(item);
    const value = contentOf(item);
    const before = chainOf(item.left ?? undefined).find((other) => sameJson(contentOf(other), value));
    if (before === undefined) return;
    for (const step of [...this.manager.undoStack, ...this.manager.redoStack]) {
      let isIts = false;
      eachItem(this.#doc, step.insertions, (own) => {
        isIts ||= own === before || redoneOf(this.#doc, own) === before;
      });
      if (isIts) step.insertions = withItem(step.insertions, item);
    }
  }

  /** Takes what the steps did in some texts out of them. */
  #forget(texts: ReadonlySet<AnyType>): void {
    const isIn = (item: Y.Item): boolean => item.parent instanceof Y.AbstractType && texts.has(item.parent);
    for (const step of [...this.manager.undoStack, ...this.manager.redoStack]) {
      step.insertions = without(this.#doc, step.insertions, isIn);
      step.deletions = without(this.#doc, step.deletions, isIn);
    }
  }

  readonly #show = (): void => {
    const before = this.state.get();
    const [undo, redo] = [this.#next("undo"), this.#next("redo")];
    const next: UndoState = { canUndo: undo !== null, canRedo: redo !== null, undo: undo ?? "", redo: redo ?? "" };
    const isSame = next.canUndo === before.canUndo && next.canRedo === before.canRedo && next.undo === before.undo && next.redo === before.redo;
    if (!isSame) this.state.set(next);
  };

  /** The words of the step whose turn it is; null where there is none. */
  #next(kind: Kind): string | null {
    const stack = this.manager[`${kind}Stack`];
    const placed = this.#outside[kind].at(-1);
    if (placed !== undefined && placed.depth >= stack.length) return placed.outside.words;
    return stack.length === 0 ? null : wordsOf(stack.at(-1));
  }
}

function wordsOf(step: Step | undefined): string {
  const words: unknown = step?.meta.get(WORDS);
  return typeof words === "string" ? words : "";
}
