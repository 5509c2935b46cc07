/** What is around a node: its page's variables and the record that controls in it are bound to. */
import { typeName } from "../../../model/registry";
import type { Snapshot } from "../../../model/snapshot";
import { type Json, type LiveNode, ROOT } from "../../../model/types";
import { analyse } from "../../../expressions";
import { isExpression, isObject, toText } from "../../../model/value";
import { fieldPaths, modelOf } from "./modelFields";

export function pageOf(id: string, snapshot: Snapshot): LiveNode | undefined {
  return snapshot.path(id).find((node) => typeName(node.type) === "Page");
}

/** The names of the page's variables, in order. */
export function variablesAt(id: string, snapshot: Snapshot): readonly string[] {
  const variables = pageOf(id, snapshot)?.props.variables;
  return isObject(variables) ? Object.keys(variables).toSorted() : [];
}

/** The data model of the nearest source of a record around a node, itself included. */
export function recordModelAt(id: string, snapshot: Snapshot): string | null {
  for (const node of snapshot.path(id).toReversed()) {
    const source = node.props.dataSource;
    const model = isObject(source) ? modelOf(source.model, snapshot) : null;
    if (model !== null && typeName(node.type) !== "Table") return model;
  }
  return null;
}

/** What a control can be bound to. */
export function bindingsAt(id: string, snapshot: Snapshot): readonly string[] {
  const around = snapshot.path(id).toReversed().find((node) => typeName(node.type) === "List");
  const item = isObject(around?.props.dataSource) ? modelOf(around.props.dataSource.model, snapshot) : null;
  const record = recordModelAt(id, snapshot);
  const fields = (model: string | null, root: string): readonly string[] =>
    fieldPaths(model, snapshot, 0).filter(([, field]) => !field.isComputed).map(([path]) => `${root}.${path}`);
  return [...fields(record, "record"), ...fields(item, "item"), ...variablesAt(id, snapshot).map((name) => `vars.${name}`)];
}

/** The inputs that a workflow's expressions read: what it can be given. */
export function inputsOf(workflow: string, snapshot: Snapshot): readonly string[] {
  const names = new Set<string>();
  for (const node of snapshot.subtree(workflow)) collect(node.props, names);
  return [...names].toSorted();
}

function collect(value: Json | undefined, names: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if (isExpression(value)) {
    const outcome = analyse(value.expr);
    if (!outcome.ok) return;
    for (const path of outcome.value.paths) {
      const [root, name] = path as readonly unknown[];
      if (root === "input" && typeof name === "string") names.add(name);
    }
    return;
  }
  for (const member of Object.values(value)) collect(member as Json, names);
}

/** The members of a JSON Schema that an operation takes as its input. */
export function inputMembers(operation: LiveNode | undefined): readonly string[] {
  const schema = operation?.props.input;
  return isObject(schema) && isObject(schema.properties) ? Object.keys(schema.properties) : [];
}

/** A node of the root by its reference or name. */
export function rootNode(value: Json | undefined, slot: string, snapshot: Snapshot): LiveNode | undefined {
  if (isObject(value) && typeof value.ref === "string") return snapshot.node(value.ref);
  const name = toText(value);
  return name === "" ? undefined : snapshot.children(ROOT, slot).find((node) => node.props.name === name);
}
