/** Where things can be added from the selection, and restored from the Trash. */
import { pagesOf } from "../../model/routes";
import type { OpenSlot } from "../../model/registry";
import { firstSlot, mainSlot, type Moved, obstacle, type Target } from "../../model/targets";
import { rootSlots, sectionKey } from "../../model/tree";
import { type LiveNode, ROOT } from "../../model/types";
import type { Desk } from "../desk";

/** A place that something can be added at, and how the menu calls it. */
export interface AddPlace extends OpenSlot {
  readonly heading: string;
  readonly index: number;
}

/** Where things can be added from the selection: inside it, behind it, and at the root. */
export function addPlaces(desk: Desk, label: (node: LiveNode) => string): readonly AddPlace[] {
  const { snapshot, registry } = desk;
  const key = desk.primary;
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

/** Where a deleted node can stand again: in the main slot of what is selected or on its way up, or at the root. */
export function restorePlace(desk: Desk, node: LiveNode): { readonly parent: string; readonly slot: string } | null {
  const { snapshot, registry } = desk;
  const moved = { kind: "types" as const, types: [node.type] };
  const isKnown = registry.byType(node.type) !== undefined;
  const root = isKnown ? firstSlot(moved, ROOT, snapshot, registry) : null;
  if (root !== null) return { parent: ROOT, slot: root };
  const page = desk.page.get();
  const owners = [...snapshot.path(desk.primary).toReversed(), ...(page === null ? [] : snapshot.path(page)), ...pagesOf(snapshot), ...snapshot.nodes.values()];
  // A toolbar takes a text as well, but nobody looks for it there while a page could have it.
  for (const choose of [mainSlot, firstSlot]) {
    for (const owner of owners) {
      if (owner.id === node.id || !snapshot.isLive(owner.id)) continue;
      const slot = choose(moved, owner.id, snapshot, registry);
      if (slot !== null) return { parent: owner.id, slot };
    }
  }
  return null;
}

/** Where newcomers go: into the selected node where it takes them, else behind it, else onto the page. */
export function pasteTarget(desk: Desk, types: readonly string[]): Target | null {
  const { snapshot, registry } = desk;
  const moved: Moved = { kind: "types", types };
  const path = snapshot.path(desk.primary).toReversed();
  for (const [depth, node] of path.entries()) {
    const behind = depth === 0 ? null : gapBehind(desk, path[depth - 1], moved);
    if (behind !== null) return behind;
    const slot = mainSlot(moved, node.id, snapshot, registry);
    if (slot !== null) return { parent: node.id, slot, index: snapshot.children(node.id, slot).length };
  }
  const last = path.at(-1);
  const atRoot = last === undefined ? null : gapBehind(desk, last, moved);
  return atRoot ?? lastOn(desk, desk.page.get() ?? pagesOf(snapshot)[0]?.id ?? ROOT, moved) ?? lastOn(desk, ROOT, moved);
}

/** The gap behind a node, if it may be stood in. */
export function gapBehind(desk: Desk, node: LiveNode | undefined, moved: Moved): Target | null {
  if (node?.place == null) return null;
  const [parent, slot] = node.place;
  if (obstacle(moved, parent, slot, desk.snapshot, desk.registry) !== null) return null;
  const siblings = desk.snapshot.children(parent, slot);
  return { parent, slot, index: siblings.findIndex((sibling) => sibling.id === node.id) + 1 };
}

function lastOn(desk: Desk, parent: string, moved: Moved): Target | null {
  const slot = mainSlot(moved, parent, desk.snapshot, desk.registry);
  return slot === null ? null : { parent, slot, index: desk.snapshot.children(parent, slot).length };
}
