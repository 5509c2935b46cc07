/**
 * The end of a drag: what was shown is what is done, or one is told why it is not.
 *
 * Between the last mark and the release somebody else may have put in, moved or deleted what stands
 * there. The gap is kept by its neighbours and not by its number, so that it stays the one that was
 * shown; where its place is gone, nothing is put somewhere else instead.
 */
import { nodeLabel } from "../../model/labels";
import type { Snapshot } from "../../model/snapshot";
import { obstacle, obstacleText, type Target } from "../../model/targets";
import { drop } from "../commands/edits";
import type { Desk } from "../desk";
import { type DragData, movedOf } from "./data";

/** The gap that was shown in one snapshot, as it is counted in another. */
export function carriedOver(target: Target, shown: Snapshot, now: Snapshot): Target {
  if (shown === now) return target;
  const before = shown.children(target.parent, target.slot).map((node) => node.id);
  const siblings = now.children(target.parent, target.slot).map((node) => node.id);
  for (const id of before.slice(0, target.index).toReversed()) {
    const at = siblings.indexOf(id);
    if (at >= 0) return { ...target, index: at + 1 };
  }
  for (const id of before.slice(target.index)) {
    const at = siblings.indexOf(id);
    if (at >= 0) return { ...target, index: at };
  }
  return { ...target, index: siblings.length };
}

/** Drops into the gap that was shown; false, with a message, where that cannot be done any more. */
export function land(desk: Desk, data: DragData, target: Target, shown: Snapshot): boolean {
  const now = desk.snapshot;
  if (drop(desk, data, carriedOver(target, shown, now))) return true;
  desk.connection.tell(data.kind === "nodes" ? "Nothing was moved" : "Nothing was put in", whyNot(desk, data, target));
  return false;
}

function whyNot(desk: Desk, data: DragData, target: Target): string {
  const { snapshot, registry } = desk;
  if (desk.isReadOnly) return desk.whyReadOnly;
  if (data.kind === "nodes" && data.ids.every((id) => snapshot.node(id) === undefined)) return "Somebody has deleted for good what you dragged.";
  const owner = snapshot.node(target.parent);
  if (owner !== undefined && !snapshot.isLive(owner.id)) return `${nodeLabel(owner, registry, snapshot)} was deleted while you dragged.`;
  const found = obstacle(movedOf(data), target.parent, target.slot, snapshot, registry) ?? "unknown";
  const name = owner === undefined ? "The place" : nodeLabel(owner, registry, snapshot);
  return `${name} cannot have it: ${obstacleText(found)}.`;
}
