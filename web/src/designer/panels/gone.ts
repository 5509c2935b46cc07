/** Says that somebody else has deleted what one has selected, who it was, and offers to bring it back. */
import type * as Y from "yjs";

import { nodeLabel } from "../../model/labels";
import type { Snapshot } from "../../model/snapshot";
import { type LiveNode, ROOT } from "../../model/types";
import { Store } from "../../shared/store";
import { isNewIn, registersOf } from "../conflicts/where";
import { subjectWords } from "../conflicts/words";
import type { Desk } from "../desk";

type Deleters = Store<ReadonlyMap<string, string>>;

// One list for each desk; it goes with the desk.
const DELETERS = new WeakMap<Desk, Deleters>();

/** Who was seen to put a node into the Trash, by its id; oneself is not among them. */
export function deletersOf(desk: Desk): Deleters {
  const found: Deleters = DELETERS.get(desk) ?? new Store<ReadonlyMap<string, string>>(new Map());
  DELETERS.set(desk, found);
  return found;
}

/** The node that was deleted, of all that a node stands in and itself; undefined where it is live. */
export function deletedAround(snapshot: Snapshot, id: string): LiveNode | undefined {
  const seen = new Set<string>();
  for (let node = snapshot.node(id); node !== undefined && !seen.has(node.id); node = snapshot.node(node.place[0])) {
    seen.add(node.id);
    if (node.place === null) return node;
  }
  return undefined;
}

/** Watches until the returned function is called. */
export function watchDeletions(desk: Desk): () => void {
  const { connection } = desk;
  const watch = (transaction: Y.Transaction): void => {
    for (const { where, item } of registersOf(transaction)) {
      if (where.kind !== "place") continue;
      const node = desk.snapshot.node(where.node);
      const name = transaction.local || node?.place !== null || !isNewIn(transaction, item) ? null : (connection.presence.who(item.id.client)?.name ?? "Somebody");
      note(desk, where.node, name);
      if (node === undefined || name === null || !isAround(desk, node.id) || isAsked(desk, node.id)) continue;
      connection.tellGone(node.id, `${name} deleted ${described(desk, node)}`, node.id === desk.primary ? "It is in the Trash." : "What you have selected is in it, and in the Trash now.");
    }
  };
  connection.doc.on("afterTransaction", watch);
  const stop = connection.model.snapshots.subscribe(() => takeBack(desk));
  return () => {
    connection.doc.off("afterTransaction", watch);
    stop();
  };
}

function note(desk: Desk, id: string, name: string | null): void {
  const deleters = deletersOf(desk);
  if (name === null && !deleters.get().has(id)) return;
  deleters.update((known) => new Map([...[...known].filter(([other]) => other !== id), ...(name === null ? [] : [[id, name] as const])]));
}

/** What is there again has no message that it is gone. */
function takeBack({ connection, snapshot }: Desk): void {
  for (const { id, kind, nodes } of connection.state.get().notices) {
    if (kind === "gone" && nodes.every((node) => snapshot.isLive(node))) connection.dismiss(id);
  }
}

/** Whether a conflict about its place says already who deleted it, and asks what is to be. */
function isAsked({ connection }: Desk, id: string): boolean {
  return connection.conflicts.list.get().some(({ kind, node }) => kind === "place" && node === id);
}

/** Whether the selected node is this one or stands in it, live or not. */
function isAround(desk: Desk, id: string): boolean {
  const seen = new Set<string>();
  for (let key = desk.primary; key !== ROOT && !seen.has(key); key = desk.snapshot.node(key)?.place?.[0] ?? ROOT) {
    if (key === id) return true;
    seen.add(key);
  }
  return false;
}

function described(desk: Desk, node: LiveNode): string {
  return subjectWords({ node: node.id, label: nodeLabel(node, desk.registry), type: node.type }, desk.registry);
}
