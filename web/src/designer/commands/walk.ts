/** Walking with the selection: to the parent and to the first child. */
import { childrenInSlots, sectionKey, TRASH_SECTION, treeRows } from "../../model/tree";
import { ROOT } from "../../model/types";
import type { Desk } from "../desk";

/** Selects the parent: of a node its parent or section, of a section the application. */
export function selectParent(desk: Desk): void {
  const key = desk.primary;
  const node = desk.snapshot.node(key);
  if (node === undefined) desk.select(ROOT);
  else if (node.place === null) desk.select(TRASH_SECTION);
  else desk.select(node.place[0] === ROOT ? sectionKey(node.place[1]) : node.place[0]);
}

export function selectFirstChild(desk: Desk): void {
  const key = desk.primary;
  const rows = (): ReturnType<typeof treeRows> => treeRows(desk.snapshot, desk.registry, desk.expanded.get());
  const node = desk.snapshot.node(key);
  if (node !== undefined) {
    const child = childrenInSlots(node, desk.snapshot, desk.registry)[0];
    if (child !== undefined) desk.select(child.id);
    return;
  }
  desk.setExpanded(key, true);
  const child = rows().find((row) => row.parent === key);
  if (child !== undefined) desk.select(child.key);
}
