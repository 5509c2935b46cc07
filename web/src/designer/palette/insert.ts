/** Where a click in the palette puts something: the best place of the selection. */
import type { Fragment } from "../../model/fragment";
import { typeOf } from "../../model/registry";
import type { Target } from "../../model/targets";
import type { Definition } from "../../model/types";
import { add, insertFragment } from "../commands/edits";
import { gapBehind, pasteTarget } from "../commands/places";
import type { Desk } from "../desk";

export function insertPlace(desk: Desk, definition: Definition): Target | null {
  return desk.isReadOnly ? null : pasteTarget(desk, [typeOf(definition)]);
}

/** Adds a new node of a definition; false where nothing takes it. */
export function insertDefinition(desk: Desk, definition: Definition): boolean {
  const target = insertPlace(desk, definition);
  if (target !== null) add(desk, definition, target);
  return target !== null;
}

/**
 * Behind the selection, so that one section after the other makes a page; into it where it is empty, and
 * where it is none of a page.
 */
export function sectionPlace(desk: Desk, fragment: Fragment): Target | null {
  if (desk.isReadOnly) return null;
  const roots = new Set(fragment.roots);
  const types = fragment.nodes.filter((node) => roots.has(node.id)).map((node) => node.type);
  const selected = desk.snapshot.node(desk.primary);
  const isFilled = selected !== undefined && (desk.registry.openSlots(selected).length === 0 || desk.snapshot.slots(selected.id).length > 0);
  return (isFilled ? gapBehind(desk, selected, { kind: "types", types }) : null) ?? pasteTarget(desk, types);
}

export function insertSection(desk: Desk, fragment: Fragment): boolean {
  const target = sectionPlace(desk, fragment);
  if (target !== null) insertFragment(desk, fragment, target);
  return target !== null;
}
