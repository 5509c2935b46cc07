/**
 * What expressions outside pages are tried with: which data models give them a record, and what only
 * a run knows.
 */
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import { type LiveNode, ROOT } from "../../model/types";
import { at, isInWorkflow, referred } from "../models/scope";
import { rootOf } from "../models/subjects";

/** The ids of the data models whose records `record` and `item` are; empty for none. */
export interface SamplePlace {
  readonly record: string;
  readonly item: string;
  /** Whether the server knows the record too, which alone sees whole models and the person. */
  readonly isAskable: boolean;
  /** When what is not there yet will be known. */
  readonly when: string;
}

/** Roots that are there without any record. */
const ALWAYS: ReadonlySet<string> = new Set(["models", "enums", "user"]);

const AT_RUN = "Known when the workflow runs";

/** Where an expression that stands on no page is tried; null where the page itself gives its values. */
export function samplePlace(snapshot: Snapshot, node: LiveNode, path: readonly string[]): SamplePlace | null {
  switch (typeName(node.type)) {
    case "Field":
      return { record: node.place?.[0] ?? "", item: "", isAskable: true, when: "Known for each record" };
    case "Role":
      return { record: referred(at(node.props, [...path.slice(0, 2), "model"])), item: "", isAskable: false, when: "Known when somebody uses the application" };
    case "Workflow":
      return { record: referred(at(node.props, ["trigger", "model"])), item: "", isAskable: true, when: AT_RUN };
    case "Operation":
      return { record: "", item: "", isAskable: false, when: "Known when the operation is called" };
    default: {
      if (!isInWorkflow(snapshot, node)) return null;
      const isFilter = typeName(node.type) === "query" && path[0] === "filter";
      const workflow = snapshot.node(rootOf(snapshot, node.id));
      return { record: referred(at(workflow?.props, ["trigger", "model"])), item: isFilter ? referred(node.props.model) : "", isAskable: true, when: AT_RUN };
    }
  }
}

/** Which sample an expression needs: the data models that it reads a record of, or null where only a run can tell. */
export function modelsNeeded(place: SamplePlace, roots: readonly string[]): { readonly record: string; readonly item: string } | null {
  const needed = { record: "", item: "" };
  for (const root of roots) {
    if (ALWAYS.has(root)) {
      if (!place.isAskable && root !== "enums" && roots.includes("record")) return null;
      continue;
    }
    if (root === "record" && place.record !== "") needed.record = place.record;
    else if ((root === "item" || root === "row") && place.item !== "") needed.item = place.item;
    else return null;
  }
  return needed;
}

/** A place that shows one record of a data model; the tilde says that it stands in no model. */
export function standFor(model: string, record: string): LiveNode {
  return { id: `~sample-${model}`, type: "DetailView@1", place: [ROOT, "samples", "a0"], props: { dataSource: { model: { ref: model }, record } } };
}
