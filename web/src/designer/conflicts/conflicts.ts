/**
 * The conflicts that wait for a choice, from the moment they are noticed until one has chosen.
 *
 * A conflict goes when one chooses, dismisses it, or writes the value again; a further value of the
 * other takes the place of the one before. What a refused edit leaves behind is no conflict.
 */
import type * as Y from "yjs";

import type { Editor } from "../../model/editor";
import type { Json, Place } from "../../model/types";
import { Store } from "../../shared/store";
import { meetingsIn } from "./detect";
import { type Journal, standing } from "./journal";
import { keyOf, registersOf, sameJson } from "./where";

export interface Conflict {
  readonly id: string;
  readonly node: string;
  readonly kind: "value" | "place";
  readonly path: readonly string[];
  readonly mine: Json | undefined;
  readonly theirs: Json | undefined;
  readonly stands: "mine" | "theirs";
  /** Whether one has made the node oneself just before. */
  readonly isNew: boolean;
  /** The Yjs client of the other; null where nobody can be told. */
  readonly client: number | null;
  readonly at: number;
  readonly label: string;
  readonly type: string;
}

/** More than these at once are not asked about; the oldest are decided as they stand. */
const CONFLICTS_MAX = 200;

export class Conflicts {
  readonly list = new Store<readonly Conflict[]>([]);
  readonly #journal: Journal;
  readonly #editor: Editor;

  constructor(journal: Journal, editor: Editor) {
    this.#journal = journal;
    this.#editor = editor;
  }

  /** Looks at a foreign transaction; `isKnown` tells people's clients from the server's own. */
  watch(transaction: Y.Transaction, isOwn: (client: number) => boolean, isKnown: (client: number) => boolean, now: number): void {
    const found = meetingsIn(transaction, this.#journal, isOwn, now).flatMap(({ edit, theirs, client, stands }): readonly Conflict[] => {
      // The server puts a refused value back by itself, and says so by a message that follows.
      if ((client === null || !isKnown(client)) && stands === "theirs" && sameJson(theirs ?? null, edit.before ?? null)) return [];
      const { key: id, node, path, mine, label, type, isNew } = edit;
      const kind = edit.kind === "place" ? "place" : "value";
      return [{ id, node, kind, path, mine, theirs, stands, client, at: now, label, type, isNew }];
    });
    this.#settle(transaction, new Set(found.map(({ id }) => id)));
    if (found.length === 0) return;
    const ids = new Set(found.map(({ id }) => id));
    this.list.update((list) => [...list.filter(({ id }) => !ids.has(id)), ...found].slice(-CONFLICTS_MAX));
  }

  // The other has taken back what they did, or done what one did oneself: there is nothing to choose.
  #settle(transaction: Y.Transaction, found: ReadonlySet<string>): void {
    if (this.list.get().length === 0) return;
    const written = new Set(registersOf(transaction).map(({ where }) => keyOf(where)));
    this.drop(({ id, node, kind, path, mine, stands }) => {
      if (stands === "mine" || found.has(id) || !written.has(id)) return false;
      return sameJson(standing(transaction.doc, { node, kind, path }) ?? null, mine ?? null);
    });
  }

  choose(id: string, whose: "mine" | "theirs"): void {
    const conflict = this.list.get().find((one) => one.id === id);
    if (conflict === undefined) return;
    this.dismiss(id);
    if (conflict.stands === whose) return;
    const { node, kind, path } = conflict;
    const value = whose === "mine" ? conflict.mine : conflict.theirs;
    if (kind === "place") this.#editor.place(node, isPlace(value) ? value : null);
    else this.#editor.set(node, path, value);
  }

  dismiss(id: string): void {
    this.#journal.forget([id]);
    this.drop((conflict) => conflict.id === id);
  }

  drop(isGone: (conflict: Conflict) => boolean): void {
    const list = this.list.get();
    const left = list.filter((conflict) => !isGone(conflict));
    if (left.length !== list.length) this.list.set(left);
  }
}

function isPlace(value: Json | undefined): value is Json & Place {
  return Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === "string");
}
