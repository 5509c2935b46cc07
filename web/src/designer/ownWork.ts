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
import { ROOT } from "../model/types";
import { Conflicts } from "./conflicts/conflicts";
import { Journal, type Named, type OwnEdit } from "./conflicts/journal";
import { summary } from "./conflicts/words";
import type { Notes } from "./offline/notes";
import { type Refusal, Refusals, type Refused } from "./panels/refusals";
import { type Undone, UndoHistory } from "./undo/history";

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
  #last: readonly OwnEdit[] = [];

  constructor(doc: Y.Doc, model: LiveModel, editor: Editor, registry: Registry, others: Others) {
    this.#doc = doc;
    this.#others = others;
    this.#clients = new Set([doc.clientID]);
    this.journal = new Journal((id) => named(model, registry, id));
    this.conflicts = new Conflicts(this.journal, editor);
    this.refusals = new Refusals(this.journal, doc);
    // Before the undo manager, whose steps are named after what is noted here.
    doc.on("afterTransaction", this.#watch);
    this.undoHistory = new UndoHistory(doc, { origin: LOCAL_EDIT, describe: () => summary(this.#last, registry), isPerson: others.isPerson });
  }

  undo(): Undone | null {
    return this.undoHistory.undo();
  }

  redo(): Undone | null {
    return this.undoHistory.redo();
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
    return this.refusals.add(message, isOffline, Date.now());
  }

  get notes(): Notes {
    return { edits: this.journal.waiting.get(), refusals: this.refusals.list.get(), clients: [...this.#clients] };
  }

  restore({ edits, refusals, clients }: Notes): void {
    for (const client of clients) this.#clients.add(client);
    this.journal.restore(edits);
    if (refusals.length > 0) this.refusals.restore(refusals);
  }

  destroy(): void {
    this.#doc.off("afterTransaction", this.#watch);
    this.undoHistory.destroy();
  }

  readonly #watch = (transaction: Y.Transaction): void => {
    const { origin } = transaction;
    if (origin === BIRTH) this.journal.recordBirths(transaction);
    else if (origin === LOCAL_EDIT || origin === this.undoHistory.manager) {
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

function named(model: LiveModel, registry: Registry, id: string): Named {
  if (id === ROOT) return { label: "", type: "Application@1" };
  const node = model.snapshots.get().node(id);
  return node === undefined ? { label: "", type: "" } : { label: nodeLabel(node, registry), type: node.type };
}
