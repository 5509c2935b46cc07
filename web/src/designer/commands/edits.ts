/** What is done to the selection, from the tree, the canvas, a menu or the keyboard alike. */
import { type Fragment, fragmentOf, movedNodes, outermost } from "../../model/fragment";
import { withFreeNames } from "../../model/names";
import { obstacle, type Target } from "../../model/targets";
import { sectionKey } from "../../model/tree";
import { type Definition, type LiveNode, ROOT } from "../../model/types";
import type { Desk } from "../desk";
import type { DragData } from "../drag/data";
import { movedOf } from "../drag/data";
import { foreignLock } from "../locks/useLock";
import { askRemoval } from "../models/questions";
import { type AddPlace, restorePlace } from "./places";

export function add(desk: Desk, definition: Definition, place: Pick<AddPlace, "parent" | "slot" | "index">): string {
  desk.connection.stopCapturing();
  const id = desk.connection.editor.create(definition, desk.snapshot, place.parent, place.slot, place.index);
  desk.select(id);
  return id;
}

/** The selected nodes that commands work on: those that stand somewhere, none within another or held by somebody else. */
export function subjects(desk: Desk): readonly string[] {
  if (desk.isReadOnly) return [];
  return outermost(desk.snapshot, desk.selection.get()).filter((id) => foreignLock(desk, id) === null);
}

/** Puts the selection into the Trash and selects what stands next to it. */
export function remove(desk: Desk): void {
  removeNodes(desk, subjects(desk));
}

/**
 * Puts nodes into the Trash, of which none stands within another, and selects what stands next to them.
 *
 * Asks first where something uses them or data goes with them; `after` is called when it is done.
 */
export function removeNodes(desk: Desk, ids: readonly string[], after?: () => void): void {
  if (ids.length === 0 || desk.isReadOnly) return;
  askRemoval(desk, ids, () => {
    // Others may have deleted some of them while the question stood.
    take(desk, ids.filter((id) => desk.snapshot.isLive(id)));
    after?.();
  });
}

function take(desk: Desk, ids: readonly string[]): void {
  const last = desk.snapshot.node(ids.at(-1) ?? "");
  if (last?.place == null || desk.isReadOnly) return;
  const next = neighbour(desk, last, new Set(ids));
  desk.connection.stopCapturing();
  desk.connection.editor.removeAll(ids);
  desk.select(next);
}

function neighbour(desk: Desk, node: LiveNode, gone: ReadonlySet<string>): string {
  const [parent, slot] = node.place ?? [ROOT, ""];
  const siblings = desk.snapshot.children(parent, slot);
  const index = siblings.findIndex((sibling) => sibling.id === node.id);
  const candidates = [...siblings.slice(index + 1), ...siblings.slice(0, index).toReversed()];
  return candidates.find((sibling) => !gone.has(sibling.id))?.id ?? (parent === ROOT ? sectionKey(slot) : parent);
}

/** Puts a node back from the Trash; false if nothing takes it any more. */
export function restore(desk: Desk, id: string): boolean {
  return restoreAll(desk, [id]).length === 0;
}

/** Puts nodes back from the Trash, as one change; answers those that nothing takes any more. */
export function restoreAll(desk: Desk, ids: readonly string[]): readonly string[] {
  if (desk.isReadOnly) return ids;
  const { snapshot } = desk;
  const groups = new Map<string, { readonly parent: string; readonly slot: string; readonly ids: string[] }>();
  for (const id of movedNodes(snapshot, ids)) {
    const node = snapshot.node(id);
    const place = node === undefined ? null : restorePlace(desk, node);
    if (place === null) continue;
    const key = JSON.stringify([place.parent, place.slot]);
    const group = groups.get(key) ?? { ...place, ids: [] };
    groups.set(key, group);
    group.ids.push(id);
  }
  const restored = [...groups.values()].flatMap((group) => group.ids);
  if (restored.length === 0) return ids;
  desk.connection.stopCapturing();
  desk.connection.editor.together(() => {
    for (const { parent, slot, ids: members } of groups.values()) {
      desk.connection.editor.placeAll(members, snapshot, parent, slot, snapshot.children(parent, slot).length);
    }
  });
  desk.selectAll(restored);
  return ids.filter((id) => !restored.includes(id));
}

/** Copies the selection behind its last node, under names that are free. */
export function duplicate(desk: Desk): void {
  const target = duplicateTarget(desk);
  if (target === null) return;
  const { parent, slot, index } = target;
  const copy = withFreeNames(fragmentOf(desk.snapshot, subjects(desk)), desk.registry, desk.snapshot, parent, slot);
  desk.connection.stopCapturing();
  desk.selectAll(desk.connection.editor.insert(copy, desk.snapshot, parent, slot, index));
}

/** Where copies of the selection would stand, or null if there is no room for them. */
export function duplicateTarget(desk: Desk): Target | null {
  const ids = subjects(desk);
  const last = desk.snapshot.node(ids.at(-1) ?? "");
  if (last?.place == null) return null;
  const [parent, slot] = last.place;
  const types = ids.map((id) => desk.snapshot.node(id)?.type ?? "");
  if (obstacle({ kind: "types", types }, parent, slot, desk.snapshot, desk.registry) !== null) return null;
  return { parent, slot, index: desk.snapshot.children(parent, slot).findIndex((sibling) => sibling.id === last.id) + 1 };
}

/** Moves the selection by one among its siblings; nodes of several parents stay where they are. */
export function move(desk: Desk, step: -1 | 1): void {
  placeAt(desk, moveTarget(desk, step));
}

export function moveTarget(desk: Desk, step: -1 | 1): Target | null {
  const ids = subjects(desk);
  const first = desk.snapshot.node(ids[0] ?? "");
  if (first?.place == null) return null;
  const [parent, slot] = first.place;
  const siblings = desk.snapshot.children(parent, slot).map((node) => node.id);
  const indexes = ids.map((id) => siblings.indexOf(id));
  if (indexes.includes(-1)) return null;
  const index = step < 0 ? Math.min(...indexes) - 1 : Math.max(...indexes) + 2;
  return index < 0 || index > siblings.length ? null : { parent, slot, index };
}

/** Moves the selection to a gap; nothing happens without one. */
export function placeAt(desk: Desk, target: Target | null): void {
  if (target === null) return;
  desk.connection.stopCapturing();
  desk.connection.editor.placeAll(subjects(desk), desk.snapshot, target.parent, target.slot, target.index);
  // The others' outlines and the unfolded rows follow to the new place.
  desk.selectAll(desk.selection.get());
}

/** Puts what was dragged into a gap; false, with nothing changed, where it may not stand. */
export function drop(desk: Desk, data: DragData, target: Target): boolean {
  const { snapshot, registry } = desk;
  const { editor } = desk.connection;
  if (desk.isReadOnly || obstacle(movedOf(data), target.parent, target.slot, snapshot, registry) !== null) return false;
  desk.connection.stopCapturing();
  switch (data.kind) {
    case "nodes":
      editor.placeAll(movedNodes(snapshot, data.ids), snapshot, target.parent, target.slot, target.index);
      desk.selectAll(data.ids);
      return true;
    case "definition": {
      const definition = registry.byType(data.type);
      if (definition === undefined) return false;
      add(desk, definition, target);
      return true;
    }
    case "fragment":
      insertFragment(desk, data.fragment, target);
      return true;
  }
}

/** Puts a fragment into a gap, under names that are free, and selects it. */
export function insertFragment(desk: Desk, fragment: Fragment, target: Target): void {
  const { snapshot, registry } = desk;
  const named = withFreeNames(fragment, registry, snapshot, target.parent, target.slot);
  desk.connection.stopCapturing();
  desk.selectAll(desk.connection.editor.insert(named, snapshot, target.parent, target.slot, target.index));
}
