/** Where things can be added from the selection, and restored from the Trash. */
import { pagesOf } from "../../model/routes";
import type { OpenSlot } from "../../model/registry";
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

/** Where a deleted node can stand again: the first slot on the way up from the selection, or the root. */
export function restorePlace(desk: Desk, node: LiveNode): { readonly parent: string; readonly slot: string } | null {
  const { snapshot, registry } = desk;
  const fits = (owner: LiveNode | null): string | undefined =>
    Object.entries(registry.slotsOf(owner)).find(([, rule]) => registry.byType(node.type) !== undefined && registry.accepts(rule, node.type))?.[0];
  const root = fits(null);
  if (root !== undefined) return { parent: ROOT, slot: root };
  const page = desk.page.get();
  const last = desk.primary;
  const owners = [...snapshot.path(last).toReversed(), ...(page === null ? [] : snapshot.path(page)), ...pagesOf(snapshot), ...snapshot.nodes.values()];
  for (const owner of owners) {
    if (owner.id === node.id || !snapshot.isLive(owner.id)) continue;
    const slot = fits(owner);
    if (slot !== undefined) return { parent: owner.id, slot };
  }
  return null;
}
