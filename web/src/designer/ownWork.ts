/**
 * What one has done oneself in a room: the journal of it, undo, conflicts with others, refusals.
 *
 * It looks at each transaction of the document once and knows whose it is by the origin; the
 * connection tells it what the server says.
 */
import type * as Y from "yjs";

import { BIRTH, type Editor, LOCAL_EDIT } from "../model/editor";
import { nodeLabel } from "../model/labels";
import type { LiveModel } from "../model/live";
import type { Registry } from "../model/registry";
import type { Snapshot } from "../model/snapshot";
import { ROOT } from "../model/types";
import { Conflicts } from "./conflicts/conflicts";
import { Journal, type Named, type OwnEdit } from "./conflicts/journal";
import { summary } from "./conflicts/words";
import type { Notes } from "./offline/notes";
import { type Refusal, Refusals, type Refused } from "./panels/refusals";
import { type Outside, type Undone, UndoHistory } from "./undo/history";
import type { Place } from "./undo/places";

/** A step that was undone or redone, and what it was about. */
export interface UndoneWork extends Undone {
  readonly places: readonly Place[];
}

export interface Others {
  /** Whether a Yjs client is a person who was seen in the room. */
  readonly isPerson: (client: number) => boolean;
  /** Whether a transaction only loads what was here before. */
  readonly isLoading: (origin: unknown) => boolean;
}

export class OwnWork {
  readonly journal: Journal;
  readonly conflicts: Conflicts;
  readonly refusals: Refusals;
  readonly undoHistory: UndoHistory;
  readonly #doc: Y.Doc;
  readonly #others: Others;
  readonly #clients: Set<number>;
  readonly #model: LiveModel;
  /** The model as it was after one's own last edit. */
  #mine: Snapshot;
  /** Refusals that were not shown yet. */
  #news: readonly string[] = [];
  #last: readonly OwnEdit[] = [];

  constructor(doc: Y.Doc, model: LiveModel, editor: Editor, registry: Registry, others: Others) {
    this.#doc = doc;
    this.#others = others;
    this.#model = model;
    this.#mine = model.snapshots.get();
    this.#clients = new Set([doc.clientID]);
    this.journal = new Journal((id) => named(model, registry, id));
    this.conflicts = new Conflicts(this.journal, editor);
    this.refusals = new Refusals(this.journal, doc);
    // Before the undo manager, whose steps are named after what is noted here.
    doc.on("afterTransaction", this.#watch);
    this.undoHistory = new UndoHistory(doc, { origin: LOCAL_EDIT, describe: () => summary(this.#last, registry), isPerson: others.isPerson });
  }

  undo(): UndoneWork | null {
    return this.#placed(() => this.undoHistory.undo());
  }

  redo(): UndoneWork | null {
    return this.#placed(() => this.undoHistory.redo());
  }

  /** Adds a step that the server takes back. */
  recordOutside(outside: Outside): void {
    this.undoHistory.record(outside);
  }

  /** Everything that was sent is stored. */
  settle(): void {
    this.journal.settle(Date.now());
  }

  /** The server has undone an edit of ours; the document has its undoing already. */
  refuse(message: Refused, isOffline: boolean): Refusal {
    this.undoHistory.refuse(message.nodes);
    const nodes = new Set(message.nodes);
    const { isPerson } = this.#others;
    this.conflicts.drop((conflict) => nodes.has(conflict.node) && (conflict.client === null || !isPerson(conflict.client)));
    return this.refusals.add(message, isOffline, Date.now(), this.#mine);
  }

  /** The room is opened anew right after this refusal, and shows it then. */
  postpone({ id, values }: Refusal): void {
    if (values.length > 0) this.#news = [...this.#news, id];
    else this.refusals.dismiss(id);
  }

  /** The copy in this browser could not be read: what waited in it is told, if the document has it not. */
  miss(edits: readonly OwnEdit[]): Refusal | null {
    const lost = edits.filter((edit) => edit.isWaiting);
    if (lost.length === 0) return null;
    this.journal.restore(lost);
    return this.refusals.add(DAMAGED, true, Date.now());
  }

  get notes(): Notes {
    return { edits: this.journal.waiting.get(), refusals: this.refusals.list.get(), clients: [...this.#clients], news: this.#news };
  }

  /** Goes on from notes; the refusals that it returns were not shown yet. */
  restore({ edits, refusals, clients, news }: Notes): readonly Refusal[] {
    for (const client of clients) this.#clients.add(client);
    this.#mine = this.#model.snapshots.get();
    this.journal.restore(edits);
    if (refusals.length > 0) this.refusals.restore(refusals);
    return refusals.filter(({ id }) => news.includes(id));
  }

  destroy(): void {
    this.#doc.off("afterTransaction", this.#watch);
    this.undoHistory.destroy();
  }

  /** The transaction of an undo is looked at like any other: what it wrote is where the work was. */
  #placed(perform: () => Undone | null): UndoneWork | null {
    this.#last = [];
    const undone = perform();
    return undone === null ? null : { ...undone, places: this.#last };
  }

  readonly #watch = (transaction: Y.Transaction): void => {
    const { origin } = transaction;
    if (origin === BIRTH) this.journal.recordBirths(transaction);
    else if (origin === LOCAL_EDIT || origin === this.undoHistory.manager) {
      this.#mine = this.#model.snapshots.get();
      this.#last = this.journal.record(transaction, Date.now());
      const keys = new Set(this.#last.map(({ key }) => key));
      if (keys.size === 0) return;
      this.conflicts.drop(({ id }) => keys.has(id));
      this.refusals.answer(keys);
    } else if (!transaction.local && !this.#others.isLoading(origin)) {
      this.conflicts.watch(transaction, (client) => this.#clients.has(client), this.#others.isPerson, Date.now());
    }
  };
}

const DAMAGED: Refused = {
  nodes: [],
  path: [],
  code: "copy_damaged",
  reason: "The copy in this browser was damaged, and these changes could not be read from it any more.",
};

function named(model: LiveModel, registry: Registry, id: string): Named {
  if (id === ROOT) return { label: "", type: "Application@1" };
  const node = model.snapshots.get().node(id);
  return node === undefined ? { label: "", type: "" } : { label: nodeLabel(node, registry), type: node.type };
}
