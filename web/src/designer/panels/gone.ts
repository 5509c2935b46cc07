/** Says that somebody else has deleted what one has selected, and offers to bring it back. */
import type * as Y from "yjs";

import { type LiveNode, ROOT } from "../../model/types";
import { isNewIn, registersOf } from "../conflicts/where";
import { subjectWords } from "../conflicts/words";
import { nodeLabel } from "../../model/labels";
import type { Desk } from "../desk";

/** Watches until the returned function is called. */
export function watchDeletions(desk: Desk): () => void {
  const { connection } = desk;
  const watch = (transaction: Y.Transaction): void => {
    if (transaction.local) return;
    for (const { where, item } of registersOf(transaction)) {
      if (where.kind !== "place" || !isNewIn(transaction, item)) continue;
      const node = desk.snapshot.node(where.node);
      if (node === undefined || node.place !== null || !isAround(desk, node.id)) continue;
      const name = connection.presence.who(item.id.client)?.name ?? "Somebody";
      connection.tellGone(node.id, `${name} deleted ${described(desk, node)}`, node.id === desk.primary ? "It is in the Trash." : "What you have selected is in it, and in the Trash now.");
    }
  };
  connection.doc.on("afterTransaction", watch);
  return () => connection.doc.off("afterTransaction", watch);
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
