/** Walking over the structs that a step of the undo history names, and cutting some out of it. */
import * as Y from "yjs";

export type Step = Y.UndoManager["undoStack"][number];
export type Ids = Step["insertions"];

/** Calls `see` for each item that the ranges touch, whole or in part. */
export function eachItem(doc: Y.Doc, ids: Ids, see: (item: Y.Item) => void): void {
  eachStruct(doc, ids, (struct) => {
    if (struct instanceof Y.Item) see(struct);
  });
}

/** The ranges without those of the items that `isDropped` picks; the same object where none is. */
export function without(doc: Y.Doc, ids: Ids, isDropped: (item: Y.Item) => boolean): Ids {
  const kept = Y.createDeleteSet();
  let hasDropped = false;
  eachStruct(doc, ids, (struct, clock, len) => {
    if (struct instanceof Y.Item && isDropped(struct)) {
      hasDropped = true;
      return;
    }
    const ranges = kept.clients.get(struct.id.client) ?? [];
    ranges.push({ clock, len });
    kept.clients.set(struct.id.client, ranges);
  });
  return hasDropped ? kept : ids;
}

/** The ranges with one item more. */
export function withItem(ids: Ids, item: Y.Item): Ids {
  const added = Y.createDeleteSet();
  added.clients.set(item.id.client, [{ clock: item.id.clock, len: item.length }]);
  return Y.mergeDeleteSets([ids, added]);
}

/** The item that stands for this one after all that undo and redo did. */
export function redoneOf(doc: Y.Doc, item: Y.Item): Y.Item {
  let current = item;
  while (current.redone !== null) {
    const next = Y.getItem(doc.store, current.redone);
    if (!(next instanceof Y.Item)) break;
    current = next;
  }
  return current;
}

type Struct = Y.Item | Y.GC;

function eachStruct(doc: Y.Doc, ids: Ids, see: (struct: Struct, clock: number, len: number) => void): void {
  for (const [client, ranges] of ids.clients) {
    const structs = doc.store.clients.get(client);
    const last = structs?.at(-1);
    if (structs === undefined || last === undefined) continue;
    for (const { clock, len } of ranges) {
      const end = Math.min(clock + len, last.id.clock + last.length);
      if (clock >= end) continue;
      for (let index = Y.findIndexSS(structs, clock); index < structs.length; index += 1) {
        const struct = structs[index];
        if (struct === undefined || struct.id.clock >= end) break;
        const start = Math.max(struct.id.clock, clock);
        see(struct, start, Math.min(struct.id.clock + struct.length, end) - start);
      }
    }
  }
}
