/** Performing the actions of an event: what the player can do without data, it does. */
import type { JsonObject, LiveNode } from "../model/types";
import { isReference, listEntries } from "../model/value";
import type { Stage } from "./stage";

/** The actions of an event in their order. */
export function actionsOf(node: LiveNode, event: string): readonly JsonObject[] {
  return listEntries(node.props[event]).map(([, entry]) => entry);
}

/** Performs the actions of a node's event. */
export function perform(node: LiveNode, event: string, stage: Stage): void {
  performAll(actionsOf(node, event), stage);
}

/** Performs navigation and dialogs; the others need data and wait for it. */
export function performAll(actions: readonly JsonObject[], stage: Stage): void {
  if (stage.mode !== "play") return;
  for (const action of actions) {
    // Whether a condition holds is not known here, and an action is not done on a guess.
    if (action.when !== undefined && action.when !== true) continue;
    switch (action.action) {
      case "navigate":
        if (typeof action.to === "string") stage.navigate(action.to);
        break;
      case "openDialog":
        if (isReference(action.dialog)) stage.setOpen(action.dialog.ref, true);
        break;
      case "closeDialog":
        if (isReference(action.dialog)) stage.setOpen(action.dialog.ref, false);
        else stage.closeAll();
        break;
      default:
        break;
    }
  }
}
