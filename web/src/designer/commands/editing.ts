/** The commands that change the selection: clipboard, copies, Trash, and its place among the others. */
import { namingProperty } from "../../model/names";
import { typeOf } from "../../model/registry";
import type { Definition } from "../../model/types";
import type { Desk } from "../desk";
import { foreignLock } from "../locks/useLock";
import { askRename } from "../models/renaming";
import { isSharedName } from "../models/subjects";
import { inTarget, outTarget, wrappers } from "./arrange";
import { copyByMenu, pasteByMenu } from "./clipboard";
import { type Command, group } from "./command";
import { duplicate, duplicateTarget, move, moveTarget, placeAt, remove, restoreAll, subjects } from "./edits";
import { toolsOf } from "./tools";
import { canUnwrap, canWrap, unwrap, wrap } from "./wrapping";

const hasSubjects = (desk: Desk): boolean => subjects(desk).length > 0;

export const EDITING: readonly Command[] = [
  ...group("Edit", [
    {
      id: "undo", title: "Undo my last change", keys: ["Mod+Z"], scope: "history",
      isEnabled: (desk) => desk.connection.history.get().canUndo && !desk.isReadOnly,
      run: (desk) => desk.connection.undo(),
    },
    {
      id: "redo", title: "Redo", keys: ["Mod+Shift+Z", "Mod+Y"], scope: "history",
      isEnabled: (desk) => desk.connection.history.get().canRedo && !desk.isReadOnly,
      run: (desk) => desk.connection.redo(),
    },
    { id: "cut", title: "Cut", keys: ["Mod+X"], scope: "clipboard", isEnabled: hasSubjects, run: (desk) => copyByMenu(desk, true) },
    {
      id: "copy", title: "Copy", keys: ["Mod+C"], scope: "clipboard",
      isEnabled: (desk) => desk.selectedNodes.some((node) => desk.snapshot.isLive(node.id)),
      run: (desk) => copyByMenu(desk, false),
    },
    { id: "paste", title: "Paste", keys: ["Mod+V"], scope: "clipboard", isEnabled: (desk) => !desk.isReadOnly, run: (desk) => void pasteByMenu(desk) },
    { id: "duplicate", title: "Duplicate", keys: ["Mod+D"], isEnabled: (desk) => duplicateTarget(desk) !== null, run: duplicate },
    { id: "rename", title: "Rename", keys: ["F2"], isEnabled: canRename, run: (desk) => toolsOf(desk).renaming.set(desk.primary) },
    { id: "delete", title: "Delete", keys: ["Delete", "Backspace"], isEnabled: hasSubjects, run: remove },
    { id: "restore", title: "Restore from the Trash", isEnabled: (desk) => deletedOf(desk).length > 0, run: restoreSelected },
  ]),
  ...group("Arrange", [
    { id: "move-up", title: "Move up", keys: ["Alt+ArrowUp"], isEnabled: (desk) => moveTarget(desk, -1) !== null, run: (desk) => move(desk, -1) },
    { id: "move-down", title: "Move down", keys: ["Alt+ArrowDown"], isEnabled: (desk) => moveTarget(desk, 1) !== null, run: (desk) => move(desk, 1) },
    { id: "move-out", title: "Move out of its parent", keys: ["Alt+ArrowLeft"], isEnabled: (desk) => outTarget(desk) !== null, run: (desk) => placeAt(desk, outTarget(desk)) },
    { id: "move-in", title: "Move into the neighbour", keys: ["Alt+ArrowRight"], isEnabled: (desk) => inTarget(desk) !== null, run: (desk) => placeAt(desk, inTarget(desk)) },
    {
      id: "wrap", title: "Wrap in a stack", keys: ["Mod+G"],
      isEnabled: (desk) => canWrapInStack(desk),
      run: (desk) => withStack(desk, (definition) => wrap(desk, definition, typeOf(definition))),
    },
    { id: "unwrap", title: "Unwrap", keys: ["Mod+Shift+G"], isEnabled: canUnwrap, run: unwrap },
  ]),
];

/** Wrapping into each of the other definitions that take the selection. */
export function wrapCommands(desk: Desk): readonly Command[] {
  return group("Arrange", wrappers(desk).filter(({ id }) => id !== "Stack").map((definition) => ({
    id: `wrap:${definition.id}`,
    title: `Wrap in: ${definition.title}`,
    isEnabled: () => canWrap(desk, definition, typeOf(definition)),
    run: () => { wrap(desk, definition, typeOf(definition)); },
  })));
}

/** Renames a node; an empty name is none and leaves it as it is. */
export function rename(desk: Desk, id: string, name: string): void {
  const node = desk.snapshot.node(id);
  const property = node === undefined ? null : namingProperty(node, desk.registry);
  const next = name.trim();
  if (node === undefined || property === null || next === "" || next === node.props[property] || desk.isReadOnly) return;
  if (isSharedName(desk.snapshot, node, property)) {
    askRename(desk, id, next, property);
    return;
  }
  desk.connection.stopCapturing();
  if (desk.connection.editor.text(id, [property]) !== null) desk.connection.editor.type(id, [property], next);
  else desk.connection.editor.set(id, [property], next);
}

/** The selected nodes that are in the Trash, or within what is. */
export function deletedOf(desk: Desk): readonly string[] {
  return desk.isReadOnly ? [] : desk.selectedNodes.filter((node) => !desk.snapshot.isLive(node.id)).map((node) => node.id);
}

/** Restores what is selected in the Trash, and says so where nothing takes it. */
export function restoreSelected(desk: Desk): void {
  const left = restoreAll(desk, deletedOf(desk));
  if (left.length > 0) {
    desk.connection.tell("Nowhere to put it back", "Nothing in the model takes this element any more. Add its parent first, then restore it.");
  }
}

function canRename(desk: Desk): boolean {
  const node = desk.snapshot.node(desk.primary);
  return node !== undefined && !desk.isReadOnly && desk.snapshot.isLive(node.id) && namingProperty(node, desk.registry) !== null && foreignLock(desk, node.id) === null;
}

function canWrapInStack(desk: Desk): boolean {
  return withStack(desk, (definition) => canWrap(desk, definition, typeOf(definition)));
}

function withStack(desk: Desk, perform: (definition: Definition) => boolean): boolean {
  const definition = desk.registry.byType("Stack@1");
  return definition !== undefined && perform(definition);
}
