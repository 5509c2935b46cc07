/**
 * Whether somebody else has written the same register at the same time.
 *
 * Texts, sets, maps and lists merge by themselves; of a register one value stands and the other is
 * gone, and neither author would know. Which one stands is Yjs's choice, so both cases are told: what
 * one wrote was overwritten, or it overwrote what another had written unseen.
 */
import * as Y from "yjs";

import type { Json } from "../../model/types";
import { type Journal, isExpressionItem, type OwnEdit, RECENT_MS } from "./journal";
import { chainOf, contentOf, isNewIn, keyOf, registersOf, sameJson } from "./where";

export interface Meeting {
  readonly edit: OwnEdit;
  readonly theirs: Json | undefined;
  /** The Yjs client that wrote it; null for a value taken away, which has no author. */
  readonly client: number | null;
  readonly stands: "mine" | "theirs";
}

/** The conflicts that a foreign transaction brings. */
export function meetingsIn(transaction: Y.Transaction, journal: Journal, isOwn: (client: number) => boolean, now: number): readonly Meeting[] {
  return registersOf(transaction).flatMap(({ where, item }) => {
    const edit = journal.get(keyOf(where));
    if (edit === undefined || edit.kind === "text" || (!edit.isWaiting && now - edit.at > RECENT_MS)) return [];
    const meeting = meet(transaction, edit, item, isOwn);
    return meeting === null || saysTheSame(meeting) ? [] : [meeting];
  });
}

function meet(transaction: Y.Transaction, edit: OwnEdit, item: Y.Item, isOwn: (client: number) => boolean): Meeting | null {
  const theirs = chainOf(item).find((other) => isNewIn(transaction, other) && !isOwn(other.id.client));
  if (item.deleted) {
    // The key holds nothing now: they have taken one's value away, or put another over it and taken that back.
    const isTaken = edit.mine !== undefined && (theirs === item || Y.isDeleted(transaction.deleteSet, item.id));
    return isTaken ? { edit, theirs: undefined, client: theirs === item ? item.id.client : null, stands: "theirs" } : null;
  }
  if (theirs === undefined) return null;
  // Whoever moves what one has just made has seen it: nobody else could have put it anywhere before.
  if (edit.isNew && theirs.origin !== null && isOwn(theirs.origin.client)) return null;
  if (theirs.content instanceof Y.ContentType && !isExpressionItem(theirs)) return null;
  // Of a value that was taken back before one has heard of it only the place is left: there is nothing to choose.
  if (theirs.content instanceof Y.ContentDeleted) return null;
  return { edit, theirs: contentOf(theirs), client: theirs.id.client, stands: theirs === item ? "theirs" : "mine" };
}

function saysTheSame({ edit, theirs }: Meeting): boolean {
  if (edit.kind !== "place") return sameJson(edit.mine, theirs);
  // An order among the same siblings is no choice between two things: both moves are kept by it.
  const [a, b] = [edit.mine, theirs];
  if (!Array.isArray(a) || !Array.isArray(b)) return sameJson(a ?? null, b ?? null);
  return a[0] === b[0] && a[1] === b[1];
}
