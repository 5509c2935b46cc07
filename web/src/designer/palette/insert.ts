/** Where a click in the palette puts something: the best place of the selection. */
import type { Fragment } from "../../model/fragment";
import { typeOf } from "../../model/registry";
import type { Target } from "../../model/targets";
import type { Definition } from "../../model/types";
import { add, insertFragment } from "../commands/edits";
import { pasteTarget } from "../commands/places";
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

export function sectionPlace(desk: Desk, fragment: Fragment): Target | null {
  const roots = new Set(fragment.roots);
  const types = fragment.nodes.filter((node) => roots.has(node.id)).map((node) => node.type);
  return desk.isReadOnly ? null : pasteTarget(desk, types);
}

export function insertSection(desk: Desk, fragment: Fragment): boolean {
  const target = sectionPlace(desk, fragment);
  if (target !== null) insertFragment(desk, fragment, target);
  return target !== null;
}
