/** What is done to the selection, from the tree, the canvas, a menu or the keyboard alike. */
import { fragmentOf, outermost } from "../../model/fragment";
import { firstSlot, obstacle, type Target } from "../../model/targets";
import { sectionKey } from "../../model/tree";
import { type Definition, type LiveNode, ROOT } from "../../model/types";
import type { Desk } from "../desk";
import type { DragData } from "../drag/data";
import { movedOf } from "../drag/data";
import { type AddPlace, restorePlace } from "./places";

export function add(desk: Desk, definition: Definition, place: Pick<AddPlace, "parent" | "slot" | "index">): string {
  desk.connection.stopCapturing();
  const id = desk.connection.editor.create(definition, desk.snapshot, place.parent, place.slot, place.index);
  desk.select(id);
  return id;
}

/** The selected nodes that commands work on: those that stand somewhere, none within another. */
export function subjects(desk: Desk): readonly string[] {
  return desk.isReadOnly ? [] : outermost(desk.snapshot, desk.selection.get());
}

/** Puts the selection into the Trash and selects what stands next to it. */
export function remove(desk: Desk): void {
  const ids = subjects(desk);
  const last = desk.snapshot.node(ids.at(-1) ?? "");
  if (last?.place == null) return;
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
  const node = desk.snapshot.node(id);
  const place = node === undefined || desk.isReadOnly ? null : restorePlace(desk, node);
  if (place === null) return false;
  desk.connection.stopCapturing();
  const end = desk.snapshot.children(place.parent, place.slot).length;
  desk.connection.editor.placeAll([id], desk.snapshot, place.parent, place.slot, end);
  desk.select(id);
  return true;
}

/** Copies the selection behind its last node. */
export function duplicate(desk: Desk): void {
  const ids = subjects(desk);
  const last = desk.snapshot.node(ids.at(-1) ?? "");
  if (last?.place == null) return;
  const [parent, slot] = last.place;
  const types = ids.map((id) => desk.snapshot.node(id)?.type ?? "");
  if (obstacle({ kind: "types", types }, parent, slot, desk.snapshot, desk.registry) !== null) return;
  const index = desk.snapshot.children(parent, slot).findIndex((sibling) => sibling.id === last.id) + 1;
  desk.connection.stopCapturing();
  desk.selectAll(desk.connection.editor.insert(fragmentOf(desk.snapshot, ids), desk.snapshot, parent, slot, index));
}

/** Moves the selection by one among its siblings; nodes of several parents stay where they are. */
export function move(desk: Desk, step: -1 | 1): void {
  const ids = subjects(desk);
  const first = desk.snapshot.node(ids[0] ?? "");
  if (first?.place == null) return;
  const [parent, slot] = first.place;
  const siblings = desk.snapshot.children(parent, slot).map((node) => node.id);
  const indexes = ids.map((id) => siblings.indexOf(id));
  if (indexes.includes(-1)) return;
  const target = step < 0 ? Math.min(...indexes) - 1 : Math.max(...indexes) + 2;
  if (target < 0 || target > siblings.length) return;
  desk.connection.stopCapturing();
  desk.connection.editor.placeAll(ids, desk.snapshot, parent, slot, target);
}

/** Puts what was dragged into a gap; false, with nothing changed, where it may not stand. */
export function drop(desk: Desk, data: DragData, target: Target): boolean {
  const { snapshot, registry } = desk;
  const { editor } = desk.connection;
  if (desk.isReadOnly || obstacle(movedOf(data), target.parent, target.slot, snapshot, registry) !== null) return false;
  desk.connection.stopCapturing();
  switch (data.kind) {
    case "nodes":
      editor.placeAll(outermost(snapshot, data.ids), snapshot, target.parent, target.slot, target.index);
      desk.selectAll(data.ids);
      return true;
    case "definition": {
      const definition = registry.byType(data.type);
      if (definition === undefined) return false;
      add(desk, definition, target);
      return true;
    }
    case "fragment":
      desk.selectAll(editor.insert(data.fragment, snapshot, target.parent, target.slot, target.index));
      return true;
  }
}

/** Wraps the selection into a new node of a definition; false where that may not stand there. */
export function wrap(desk: Desk, definition: Definition, type: string): boolean {
  const { snapshot, registry } = desk;
  const ids = subjects(desk);
  const first = snapshot.node(ids[0] ?? "");
  if (first?.place == null) return false;
  const [parent, slot] = first.place;
  const accepted = Object.entries(definition.slots ?? {}).find(([, rule]) =>
    ids.every((id) => registry.accepts(rule, snapshot.node(id)?.type ?? "")) && (rule.max == null || ids.length <= rule.max),
  )?.[0];
  const outer = registry.slotsOf(parent === ROOT ? null : (snapshot.node(parent) ?? null))[slot];
  if (accepted === undefined || outer === undefined || !registry.accepts(outer, type)) return false;
  const index = snapshot.children(parent, slot).findIndex((sibling) => sibling.id === first.id);
  desk.connection.stopCapturing();
  let wrapper = "";
  desk.connection.editor.together(() => {
    wrapper = desk.connection.editor.create(definition, snapshot, parent, slot, index);
    desk.connection.editor.placeAll(ids, desk.snapshot, wrapper, accepted, 0);
  });
  desk.select(wrapper);
  return true;
}

/** Puts what is in the selected node into its place, and the empty node into the Trash. */
export function unwrap(desk: Desk): boolean {
  const { snapshot, registry } = desk;
  const node = snapshot.node(desk.primary);
  if (node?.place == null || desk.isReadOnly) return false;
  const [parent, slot] = node.place;
  const children = snapshot.slots(node.id).flatMap((name) => snapshot.children(node.id, name).map((child) => child.id));
  const owner = parent === ROOT ? null : (snapshot.node(parent) ?? null);
  const rule = registry.slotsOf(owner)[slot];
  const isFit = rule !== undefined && children.every((id) => registry.accepts(rule, snapshot.node(id)?.type ?? ""));
  const siblings = snapshot.children(parent, slot);
  if (children.length === 0 || !isFit || (rule.max != null && siblings.length - 1 + children.length > rule.max)) return false;
  const index = siblings.findIndex((sibling) => sibling.id === node.id);
  desk.connection.stopCapturing();
  desk.connection.editor.together(() => {
    desk.connection.editor.placeAll(children, snapshot, parent, slot, index);
    desk.connection.editor.place(node.id, null);
  });
  desk.selectAll(children);
  return true;
}

/** Where a paste goes: into the selected node where it takes that, else behind it. */
export function pasteTarget(desk: Desk, types: readonly string[]): Target | null {
  const { snapshot, registry } = desk;
  const moved = { kind: "types" as const, types };
  const path = snapshot.path(desk.primary).toReversed();
  for (const node of path) {
    const slot = firstSlot(moved, node.id, snapshot, registry);
    if (slot !== null) {
      const inside = path[path.indexOf(node) - 1];
      const siblings = snapshot.children(node.id, slot);
      const at = inside === undefined ? -1 : siblings.findIndex((sibling) => sibling.id === inside.id);
      return { parent: node.id, slot, index: at < 0 ? siblings.length : at + 1 };
    }
  }
  const slot = firstSlot(moved, ROOT, snapshot, registry);
  return slot === null ? null : { parent: ROOT, slot, index: snapshot.children(ROOT, slot).length };
}
