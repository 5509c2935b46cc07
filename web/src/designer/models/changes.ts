/**
 * Which edits destroy something, and what they do: told from what is removed, or from a node's
 * properties before and after.
 *
 * The grid, the tree, the canvas and the inspector ask by these, so that none of them is a way around.
 */
import type { PropPath } from "../../model/editor";
import { outermost } from "../../model/fragment";
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { listEntries, toText } from "../../model/value";
import type { Change } from "./impact";
import { referred } from "./scope";
import { isSharedName, SETTERS, variablesOf } from "./subjects";

/** What goes into the Trash with these nodes, of which those within another are not told apart. */
export function removalOf(snapshot: Snapshot, ids: readonly string[]): readonly Change[] {
  const nodes = outermost(snapshot, ids).flatMap((id) => snapshot.node(id) ?? []);
  const models = nodes.filter(isModel).map(({ id }): Change => ({ kind: "removeModel", model: id }));
  const fields = nodes.filter(isField);
  const parents = [...new Set(fields.map((field) => field.place?.[0]))];
  const others = nodes.filter((node) => !isModel(node) && !isField(node)).map(({ id }) => id);
  return [
    ...models,
    ...parents.map((parent): Change => ({ kind: "removeFields", fields: fields.filter((field) => field.place?.[0] === parent).map(({ id }) => id) })),
    ...(others.length === 0 ? [] : [{ kind: "removeNodes", nodes: others } as const]),
  ];
}

/** What becomes of a field's data and uses, or of variables, when the node's properties become others. */
export function changesOf(node: LiveNode, after: JsonObject): readonly Change[] {
  if (!isField(node)) return lostVariables(node, after);
  const { id, props } = node;
  const changes: Change[] = [];
  const [from, to] = [toText(props.type), toText(after.type)];
  if (from !== "" && to !== "" && from !== to) changes.push({ kind: "changeType", field: id, to });
  if (props.required !== true && after.required === true) changes.push({ kind: "require", field: id });
  if (props.unique !== true && after.unique === true) changes.push({ kind: "makeUnique", field: id });
  const target = referred(after.model);
  if (props.model !== undefined && referred(props.model) !== target) changes.push({ kind: "retarget", field: id, to: target });
  if (toText(props.inverse) !== "" && toText(after.inverse) === "" && from === to) changes.push({ kind: "removeInverse", field: id });
  const kept = new Set(valuesOf(after.values));
  for (const value of valuesOf(props.values)) {
    if (value !== "" && !kept.has(value)) changes.push({ kind: "removeValue", field: id, value });
  }
  return changes;
}

/**
 * Whether a text of a node is written only as a whole: a name or a path that others call it by, or a
 * value of an Enum.
 */
export function isWrittenWhole(snapshot: Snapshot, node: LiveNode, path: PropPath): boolean {
  const [property = ""] = path;
  return path.length === 1 ? isSharedName(snapshot, node, property) : property === "values" && isField(node);
}

function lostVariables(node: LiveNode, after: JsonObject): readonly Change[] {
  if (!SETTERS.has(typeName(node.type))) return [];
  const left = new Set(variablesOf({ ...node, props: after }));
  return variablesOf(node).filter((name) => !left.has(name)).map((name) => ({ kind: "removeVariable", node: node.id, name }));
}

/** The question, and the word that answers it with yes. */
export function wordsOf(snapshot: Snapshot, changes: readonly Change[]): { readonly title: string; readonly confirm: string } {
  const [first] = changes;
  if (first === undefined) return { title: "", confirm: "" };
  if (isRemoval(first)) return { title: removalTitle(snapshot, changes.flatMap(removedBy)), confirm: "Delete" };
  const name = fieldNames(snapshot, changes);
  switch (first.kind) {
    case "changeType":
      return { title: `Make ${name} a ${first.to}?`, confirm: `Change to ${first.to}` };
    case "require":
      return { title: `Make ${name} required?`, confirm: "Make required" };
    case "makeUnique":
      return { title: `Make ${name} unique?`, confirm: "Make unique" };
    case "retarget":
      return { title: `Let ${name} refer to another model?`, confirm: "Change the model" };
    case "removeInverse":
      return { title: `Remove the list that ${name} makes on the other side?`, confirm: "Remove" };
    case "removeVariable": {
      const names = changes.flatMap((change) => (change.kind === "removeVariable" ? change.name : []));
      return { title: names.length === 1 ? `Remove the variable ${first.name}?` : `Remove ${names.length} variables?`, confirm: "Remove" };
    }
    case "removeValue": {
      const values = new Set(changes.flatMap((change) => (change.kind === "removeValue" ? change.value : [])));
      return { title: values.size === 1 ? `Remove the value “${first.value}”?` : `Remove ${values.size} values?`, confirm: "Remove" };
    }
  }
}

type Removal = Extract<Change, { kind: "removeModel" | "removeFields" | "removeNodes" }>;

export function isRemoval(change: Change): change is Removal {
  return change.kind === "removeModel" || change.kind === "removeFields" || change.kind === "removeNodes";
}

/** The nodes that a change puts into the Trash. */
export function removedBy(change: Change): readonly string[] {
  if (!isRemoval(change)) return [];
  return change.kind === "removeModel" ? [change.model] : change.kind === "removeFields" ? change.fields : change.nodes;
}

function removalTitle(snapshot: Snapshot, ids: readonly string[]): string {
  const nodes = ids.flatMap((id) => snapshot.node(id) ?? []);
  const names = nodes.map((node) => toText(node.props.name) || toText(node.props.title));
  if (nodes.length === 1) return `Delete ${names[0] === undefined || names[0] === "" ? "this element" : names[0]}?`;
  const noun = nodes.every(isField) ? "fields" : nodes.every(isModel) ? "data models" : "elements";
  return names.includes("") ? `Delete ${nodes.length} ${noun}?` : `Delete ${nodes.length} ${noun}: ${names.join(", ")}?`;
}

function fieldNames(snapshot: Snapshot, changes: readonly Change[]): string {
  const fields = new Set(changes.flatMap((change) => ("field" in change ? change.field : [])));
  const [only] = fields;
  return fields.size === 1 && only !== undefined ? toText(snapshot.node(only)?.props.name) || "this field" : `${fields.size} fields`;
}

// The values of an Enum are a list of entries, or a plain list in a register.
function valuesOf(values: Json | undefined): readonly string[] {
  if (Array.isArray(values)) return (values as readonly Json[]).map(toText);
  return listEntries(values).map(([, entry]) => toText(entry.value));
}

function isModel(node: LiveNode): boolean {
  return typeName(node.type) === "DataModel";
}

function isField(node: LiveNode): boolean {
  return typeName(node.type) === "Field";
}
