/** Putting the selection into a new node, and taking a node away from around what is in it. */
import type { Target } from "../../model/targets";
import { obstacle } from "../../model/targets";
import { type Definition, ROOT } from "../../model/types";
import type { Desk } from "../desk";
import { subjects } from "./edits";

/** The slots that a wrapper takes its content into, the usual ones first. */
const INNER = ["children", "steps", "then"];

interface Wrapping {
  readonly ids: readonly string[];
  readonly target: Target;
  readonly inner: string;
}

/** Wraps the selection into a new node of a definition; false where that may not stand there. */
export function wrap(desk: Desk, definition: Definition, type: string): boolean {
  const wrapping = wrappingOf(desk, definition, type);
  if (wrapping === null) return false;
  const { ids, target, inner } = wrapping;
  desk.connection.stopCapturing();
  // Not as one transaction: the wrapper has to be born in one that undo does not know. Edits that
  // follow one another at once are undone in one go all the same.
  const wrapper = desk.connection.editor.create(definition, desk.snapshot, target.parent, target.slot, target.index);
  desk.connection.editor.placeAll(ids, desk.snapshot, wrapper, inner, 0);
  desk.select(wrapper);
  return true;
}

/** Whether the selection can be wrapped into a node of the definition. */
export function canWrap(desk: Desk, definition: Definition, type: string): boolean {
  return wrappingOf(desk, definition, type) !== null;
}

function wrappingOf(desk: Desk, definition: Definition, type: string): Wrapping | null {
  const { snapshot, registry } = desk;
  const ids = subjects(desk);
  const first = snapshot.node(ids[0] ?? "");
  if (first?.place == null) return null;
  const [parent, slot] = first.place;
  const inner = INNER.find((name) => {
    const rule = definition.slots?.[name];
    if (rule === undefined || (rule.max != null && ids.length > rule.max)) return false;
    return ids.every((id) => registry.accepts(rule, snapshot.node(id)?.type ?? ""));
  });
  const outer = registry.slotsOf(parent === ROOT ? null : (snapshot.node(parent) ?? null))[slot];
  if (inner === undefined || outer === undefined || !registry.accepts(outer, type)) return null;
  const index = snapshot.children(parent, slot).findIndex((sibling) => sibling.id === first.id);
  return { ids, target: { parent, slot, index }, inner };
}

/** Puts what is in the selected node into its place, and the empty node into the Trash. */
export function unwrap(desk: Desk): boolean {
  const node = desk.snapshot.node(desk.primary);
  const children = unwrapped(desk);
  if (node?.place == null || children === null) return false;
  const [parent, slot] = node.place;
  const index = desk.snapshot.children(parent, slot).findIndex((sibling) => sibling.id === node.id);
  desk.connection.stopCapturing();
  desk.connection.editor.together(() => {
    desk.connection.editor.placeAll(children, desk.snapshot, parent, slot, index);
    desk.connection.editor.place(node.id, null);
  });
  desk.selectAll(children);
  return true;
}

export function canUnwrap(desk: Desk): boolean {
  return unwrapped(desk) !== null;
}

// What would take the selected node's place, or null if that may not stand there.
function unwrapped(desk: Desk): readonly string[] | null {
  const { snapshot, registry } = desk;
  const node = snapshot.node(desk.primary);
  if (node?.place == null || desk.isReadOnly || desk.selection.get().length > 1) return null;
  const [parent, slot] = node.place;
  const children = snapshot.slots(node.id).flatMap((name) => snapshot.children(node.id, name).map((child) => child.id));
  const rule = registry.slotsOf(parent === ROOT ? null : (snapshot.node(parent) ?? null))[slot];
  if (children.length === 0 || rule === undefined) return null;
  const isFull = rule.max != null && snapshot.children(parent, slot).length - 1 + children.length > rule.max;
  const isFit = obstacle({ kind: "nodes", ids: children }, parent, slot, snapshot, registry);
  return isFull || (isFit !== null && isFit !== "full") ? null : children;
}
