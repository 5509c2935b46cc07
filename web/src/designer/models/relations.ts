/** Which data models refer to one another. */
import type { Snapshot } from "../../model/snapshot";
import { type LiveNode, ROOT } from "../../model/types";
import { referred } from "./scope";

export interface Relation {
  readonly field: LiveNode;
  readonly model: LiveNode;
}

/** The models that this one refers to, by which of its fields. */
export function refersTo(snapshot: Snapshot, model: string): readonly Relation[] {
  return references(snapshot, model).flatMap((field) => {
    const target = snapshot.node(referred(field.props.model));
    return target === undefined || !snapshot.isLive(target.id) ? [] : [{ field, model: target }];
  });
}

/** The models that refer to this one, by which of their fields. */
export function usedBy(snapshot: Snapshot, model: string): readonly Relation[] {
  return snapshot.children(ROOT, "dataModels").flatMap((other) =>
    references(snapshot, other.id).flatMap((field) => (referred(field.props.model) === model ? [{ field, model: other }] : [])),
  );
}

function references(snapshot: Snapshot, model: string): readonly LiveNode[] {
  return snapshot.children(model, "fields").filter((field) => field.props.type === "Reference");
}
