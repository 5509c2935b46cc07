/** Moving the selection out of what it stands in, and into what stands beside it. */
import { mainSlot, type Moved, obstacle, type Target } from "../../model/targets";
import type { Desk } from "../desk";
import { subjects } from "./edits";

/** Behind the node that the selection stands in, or null if it cannot leave that. */
export function outTarget(desk: Desk): Target | null {
  const { snapshot, registry } = desk;
  const ids = subjects(desk);
  const parent = snapshot.node(snapshot.node(ids[0] ?? "")?.place?.[0] ?? "");
  if (parent?.place == null) return null;
  const [outer, slot] = parent.place;
  if (obstacle({ kind: "nodes", ids }, outer, slot, snapshot, registry) !== null) return null;
  return { parent: outer, slot, index: snapshot.children(outer, slot).findIndex((node) => node.id === parent.id) + 1 };
}

/** At the end of the sibling before the selection, else at the beginning of the one behind it. */
export function inTarget(desk: Desk): Target | null {
  const { snapshot, registry } = desk;
  const ids = subjects(desk);
  const first = snapshot.node(ids[0] ?? "");
  if (first?.place == null) return null;
  const [parent, slot] = first.place;
  const siblings = snapshot.children(parent, slot);
  const moved: Moved = { kind: "nodes", ids };
  const at = siblings.findIndex((node) => node.id === first.id);
  const before = siblings.slice(0, at).findLast((node) => !ids.includes(node.id));
  const behind = siblings.slice(at + 1).find((node) => !ids.includes(node.id));
  const slotBefore = before === undefined ? null : mainSlot(moved, before.id, snapshot, registry);
  if (before !== undefined && slotBefore !== null) return { parent: before.id, slot: slotBefore, index: snapshot.children(before.id, slotBefore).length };
  const slotBehind = behind === undefined ? null : mainSlot(moved, behind.id, snapshot, registry);
  return behind === undefined || slotBehind === null ? null : { parent: behind.id, slot: slotBehind, index: 0 };
}

/** The definitions that others can be put into: what the wrapping commands offer. */
export function wrappers(desk: Desk) {
  return desk.registry.definitions.filter(({ kind, slots }) =>
    (kind === "component" || kind === "step") && Object.keys(slots ?? {}).some((slot) => ["children", "steps", "then"].includes(slot)));
}

