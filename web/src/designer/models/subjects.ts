/**
 * What expressions and paths call by a name: what is looked for before it goes, or is called otherwise.
 *
 * References by id follow by themselves; these are the names.
 */
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import { type LiveNode, ROOT } from "../../model/types";
import { isObject, toText } from "../../model/value";
import { isInWorkflow, referred } from "./scope";

/** `name` is what expressions call it. */
export type Subject =
  | { readonly kind: "model"; readonly id: string; readonly name: string }
  | { readonly kind: "field"; readonly id: string; readonly model: string; readonly name: string }
  | { readonly kind: "inverse"; readonly model: string; readonly name: string }
  | { readonly kind: "value"; readonly field: string; readonly model: string; readonly fieldName: string; readonly value: string }
  | { readonly kind: "workflow"; readonly id: string; readonly name: string }
  /** `root`: the workflow that the step stands in. */
  | { readonly kind: "step"; readonly root: string; readonly name: string }
  /** `root`: the page or workflow that the variable belongs to. */
  | { readonly kind: "variable"; readonly root: string; readonly name: string }
  /** What a `forEach` calls the item at hand, among the steps that it repeats. */
  | { readonly kind: "loopItem"; readonly root: string; readonly step: string; readonly name: string }
  /** A page is called by its path. */
  | { readonly kind: "page"; readonly id: string };

/** Nodes whose `variables` give variables their first or next values. */
export const SETTERS: ReadonlySet<string> = new Set(["Page", "set"]);
/** The item's name where a `forEach` gives it none. */
const ITEM = "item";

export function modelSubject(model: LiveNode): Subject {
  return { kind: "model", id: model.id, name: toText(model.props.name) };
}

export function fieldSubject(field: LiveNode): Subject {
  return { kind: "field", id: field.id, model: field.place?.[0] ?? "", name: toText(field.props.name) };
}

export function valueSubject(field: LiveNode, value: string): Subject {
  return { kind: "value", field: field.id, model: field.place?.[0] ?? "", fieldName: toText(field.props.name), value };
}

/** The list that a reference makes on the other side, or null where it makes none. */
export function inverseSubject(field: LiveNode): Subject | null {
  const name = toText(field.props.inverse);
  return field.props.type === "Reference" && name !== "" ? { kind: "inverse", model: referred(field.props.model), name } : null;
}

/** A variable of the page or workflow that the node is, or stands in. */
export function variableSubject(snapshot: Snapshot, node: string, name: string): Subject {
  return { kind: "variable", root: rootOf(snapshot, node), name };
}

export function rootOf(snapshot: Snapshot, node: string): string {
  return snapshot.path(node)[0]?.id ?? ROOT;
}

export function loopItemOf(step: LiveNode): string {
  return toText(step.props.as) || ITEM;
}

/** What a property of a node is to others as a name; null where nothing is called by it. */
export function subjectOf(snapshot: Snapshot, node: LiveNode, property: string): Subject | null {
  const name = toText(node.props[property]);
  switch (typeName(node.type)) {
    case "DataModel":
      return property === "name" ? modelSubject(node) : null;
    case "Field":
      return property === "name" ? fieldSubject(node) : property === "inverse" ? inverseSubject(node) : null;
    case "Workflow":
      return property === "name" ? { kind: "workflow", id: node.id, name } : null;
    case "Page":
      return property === "path" ? { kind: "page", id: node.id } : null;
    default: {
      if (!isInWorkflow(snapshot, node)) return null;
      const root = rootOf(snapshot, node.id);
      if (property === "name") return { kind: "step", root, name };
      return isLoopName(node, property) ? { kind: "loopItem", root, step: node.id, name: loopItemOf(node) } : null;
    }
  }
}

/** Whether a property is a name, or a path, that others call its node by. */
export function isSharedName(snapshot: Snapshot, node: LiveNode, property: string): boolean {
  switch (typeName(node.type)) {
    case "DataModel":
    case "Workflow":
      return property === "name";
    case "Field":
      return property === "name" || property === "inverse";
    case "Page":
      return property === "name" || property === "path";
    default:
      return (property === "name" || isLoopName(node, property)) && isInWorkflow(snapshot, node);
  }
}

export function isLoopName(node: LiveNode, property: string): boolean {
  return property === "as" && typeName(node.type) === "forEach";
}

/** Everything that goes by a name when these nodes go, with all that is in them. */
export function subjectsIn(snapshot: Snapshot, ids: readonly string[]): readonly Subject[] {
  const gone = new Map(ids.flatMap((id) => snapshot.subtree(id)).map((node) => [node.id, node]));
  return [...gone.values()].flatMap((node) => {
    const { type } = node;
    if (typeName(type) === "Page") return [{ kind: "page", id: node.id } as const];
    if (typeName(type) === "Workflow") return named(subjectOf(snapshot, node, "name"));
    // What goes with its whole workflow is called by nobody who stays.
    if (!isInWorkflow(snapshot, node) || gone.has(rootOf(snapshot, node.id))) return [];
    return [...named(subjectOf(snapshot, node, "name")), ...lostVariables(snapshot, node, new Set(gone.keys()))];
  });
}

function named(subject: Subject | null): readonly Subject[] {
  return subject === null || !("name" in subject) || subject.name === "" ? [] : [subject];
}

/** The variables that nobody sets any more without this step. */
function lostVariables(snapshot: Snapshot, step: LiveNode, gone: ReadonlySet<string>): readonly Subject[] {
  if (typeName(step.type) !== "set") return [];
  const root = rootOf(snapshot, step.id);
  const left = snapshot.subtree(root).filter((node) => typeName(node.type) === "set" && !gone.has(node.id));
  const known = new Set(left.flatMap(variablesOf));
  return variablesOf(step).filter((name) => !known.has(name)).map((name) => ({ kind: "variable", root, name }));
}

export function variablesOf(node: LiveNode): readonly string[] {
  const { variables } = node.props;
  return isObject(variables) ? Object.keys(variables) : [];
}
