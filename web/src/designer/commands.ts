/** What can be done with the selection, from the tree, the canvas, a menu or the keyboard alike. */
import { pagesOf } from "../model/routes";
import type { OpenSlot } from "../model/registry";
import { childrenInSlots, rootSlots, sectionKey, TRASH_SECTION, treeRows } from "../model/tree";
import { type Definition, type LiveNode, ROOT } from "../model/types";
import { orderedChildren } from "../model/editor";
import { orderAt } from "../model/order";
import type { Desk } from "./desk";

/** A place that something can be added at, and how the menu calls it. */
export interface AddPlace extends OpenSlot {
  readonly heading: string;
  readonly index: number;
}

/** Where things can be added from the selection: inside it, behind it, and at the root. */
export function addPlaces(desk: Desk, label: (node: LiveNode) => string): readonly AddPlace[] {
  const { snapshot, registry } = desk;
  const key = desk.selection.get();
  const selected = snapshot.isLive(key) ? snapshot.node(key) : undefined;
  const fallback = desk.page.get();
  const page = fallback === null || !snapshot.isLive(fallback) ? pagesOf(snapshot)[0] : snapshot.node(fallback);
  const target = selected ?? (key.startsWith("section:") && key !== sectionKey("pages") ? undefined : page);
  const places: AddPlace[] = [];
  if (target !== undefined) {
    for (const slot of registry.openSlots(target)) {
      const index = snapshot.children(target.id, slot.slot).length;
      if (slot.accepts.length === 0 || (slot.max !== null && index >= slot.max)) continue;
      const isOnly = registry.openSlots(target).length === 1;
      places.push({ ...slot, index, heading: isOnly ? `In ${label(target)}` : `In ${label(target)} · ${slot.title}` });
    }
    places.push(...placeBehind(desk, target));
  }
  for (const slot of rootPlaces(desk, key)) places.push(slot);
  return places;
}

function placeBehind(desk: Desk, node: LiveNode): readonly AddPlace[] {
  const { snapshot, registry } = desk;
  if (node.place === null || node.place[0] === ROOT) return [];
  const [parentId, slotName] = node.place;
  const parent = snapshot.node(parentId);
  const slot = registry.openSlots(parent ?? null).find((open) => open.slot === slotName);
  const siblings = snapshot.children(parentId, slotName);
  if (parent === undefined || slot === undefined || (slot.max !== null && siblings.length >= slot.max)) return [];
  const index = siblings.findIndex((sibling) => sibling.id === node.id) + 1;
  return [{ ...slot, index, heading: "After the selection" }];
}

// With a section selected, what belongs into it comes first.
function rootPlaces(desk: Desk, key: string): readonly AddPlace[] {
  const slots = desk.registry.openSlots(null);
  const order = rootSlots(desk.registry);
  return slots
    .filter((slot) => slot.accepts.length > 0)
    .toSorted((a, b) => rank(a.slot) - rank(b.slot))
    .map((slot) => ({ ...slot, index: desk.snapshot.children(ROOT, slot.slot).length, heading: "In the application" }));

  function rank(slot: string): number {
    return sectionKey(slot) === key ? -1 : order.indexOf(slot);
  }
}

export function add(desk: Desk, definition: Definition, place: AddPlace): string {
  desk.connection.stopCapturing();
  const id = desk.connection.editor.create(definition, desk.snapshot, place.parent, place.slot, place.index);
  desk.select(id);
  return id;
}

/** Puts a node into the Trash and selects what stands next to it. */
export function remove(desk: Desk, id: string): void {
  const node = desk.snapshot.node(id);
  if (node?.place == null || desk.isReadOnly) return;
  const [parent, slot] = node.place;
  const siblings = desk.snapshot.children(parent, slot);
  const index = siblings.findIndex((sibling) => sibling.id === id);
  const next = siblings[index + 1] ?? siblings[index - 1];
  desk.connection.stopCapturing();
  desk.connection.editor.place(id, null);
  desk.select(next?.id ?? (parent === ROOT ? sectionKey(slot) : parent));
}

/** Where a deleted node can stand again: the first slot on the way up from the selection, or the root. */
export function restorePlace(desk: Desk, node: LiveNode): { readonly parent: string; readonly slot: string } | null {
  const { snapshot, registry } = desk;
  const fits = (owner: LiveNode | null): string | undefined =>
    Object.entries(registry.slotsOf(owner)).find(([, rule]) => registry.byType(node.type) !== undefined && registry.accepts(rule, node.type))?.[0];
  const root = fits(null);
  if (root !== undefined) return { parent: ROOT, slot: root };
  const page = desk.page.get();
  const last = desk.selection.get();
  const owners = [...snapshot.path(last).toReversed(), ...(page === null ? [] : snapshot.path(page)), ...pagesOf(snapshot), ...snapshot.nodes.values()];
  for (const owner of owners) {
    if (owner.id === node.id || !snapshot.isLive(owner.id)) continue;
    const slot = fits(owner);
    if (slot !== undefined) return { parent: owner.id, slot };
  }
  return null;
}

export function restore(desk: Desk, id: string): boolean {
  const node = desk.snapshot.node(id);
  const place = node === undefined ? null : restorePlace(desk, node);
  if (place === null) return false;
  desk.connection.stopCapturing();
  const siblings = orderedChildren(desk.snapshot, place.parent, place.slot);
  desk.connection.editor.place(id, [place.parent, place.slot, orderAt(siblings, siblings.length)]);
  desk.select(id);
  return true;
}

export function duplicate(desk: Desk, id: string): void {
  if (desk.isReadOnly) return;
  desk.connection.stopCapturing();
  const copy = desk.connection.editor.duplicate(id, desk.snapshot);
  if (copy !== null) desk.select(copy);
}

export function move(desk: Desk, id: string, step: -1 | 1): void {
  if (desk.isReadOnly) return;
  desk.connection.stopCapturing();
  desk.connection.editor.moveBy(id, step, desk.snapshot);
}

/** Selects the parent: of a node its parent or section, of a section the application. */
export function selectParent(desk: Desk): void {
  const key = desk.selection.get();
  const node = desk.snapshot.node(key);
  if (node === undefined) desk.select(ROOT);
  else if (node.place === null) desk.select(TRASH_SECTION);
  else desk.select(node.place[0] === ROOT ? sectionKey(node.place[1]) : node.place[0]);
}

export function selectFirstChild(desk: Desk): void {
  const key = desk.selection.get();
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
