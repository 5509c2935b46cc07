/**
 * What the expressions of a node can see, and of which types: asked where names are looked up.
 *
 * The same roots as in the player and the workflows. What only a run knows is open.
 */
import type { Scope } from "../../expressions/check";
import { DYN, enumsType, INT, listOf, mapOf, modelsType, objectOf, recordOf, type Schema, STRING, type Type } from "../../expressions/types";
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isExpression, isObject, isReference, toText } from "../../model/value";
import { readExpression } from "./mentions";

/** Components that have a record of their own where they name a data model. */
const RECORD_HOLDERS: ReadonlySet<string> = new Set(["Form", "DetailView", "Page"]);

/** Properties that are evaluated once for each record of the node's own source. */
const OWN_ITEM: ReadonlySet<string> = new Set(["dataSource", "columns", "fields", "onRowSelect", "onItemSelect"]);

/** The scope of an expression at `path` within the props of a node. */
export function scopeAt(snapshot: Snapshot, schema: Schema, node: LiveNode, path: readonly string[]): Scope {
  const always: Scope = { models: modelsType(schema), enums: enumsType(schema), user: DYN };
  switch (typeName(node.type)) {
    case "Field":
      return { ...always, record: recordType(node.place?.[0]) };
    case "Role":
      return { ...always, record: recordType(referred(at(node.props, [...path.slice(0, 2), "model"]))) };
    case "Workflow":
      return { ...always, ...triggerScope(node) };
    case "Operation":
      return { ...always, input: DYN };
    default:
      return { ...always, ...(isInWorkflow(snapshot, node) ? stepScope(snapshot, schema, node, path) : pageScope(snapshot, node, path)) };
  }
}

/** What `onError` and `compensate` see of the failure. */
const ERROR: Type = objectOf({ code: STRING, message: STRING, status: INT, output: DYN, step: STRING });

/** Whether a node is a step, or stands in one. */
export function isInWorkflow(snapshot: Snapshot, node: LiveNode): boolean {
  const [root] = snapshot.path(node.id);
  return root !== undefined && root.id !== node.id && typeName(root.type) === "Workflow";
}

function recordType(model: string | undefined): Type {
  return model === undefined || model === "" ? DYN : recordOf(model);
}

/** The id that a reference names, or empty. */
export function referred(value: Json | undefined): string {
  return isReference(value) ? value.ref : "";
}

/** The value at a path of plain JSON; lists within a register have numbers for keys. */
export function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (current, key) => (Array.isArray(current) ? (current as readonly Json[])[Number(key)] : isObject(current) ? (current as JsonObject)[key] : undefined),
    value,
  );
}

function triggerScope(workflow: LiveNode | undefined): Scope {
  const record = recordType(referred(at(workflow?.props, ["trigger", "model"])));
  return { record, previous: record, input: DYN };
}

function stepScope(snapshot: Snapshot, schema: Schema, node: LiveNode, path: readonly string[]): Scope {
  const way = snapshot.path(node.id);
  const [workflow] = way;
  let scope: Scope = { ...triggerScope(workflow), vars: mapOf(DYN), error: ERROR, event: DYN, steps: stepsType(snapshot, workflow) };
  const always = { models: modelsType(schema), enums: enumsType(schema) };
  way.slice(1, -1).forEach((step, index) => {
    // Only what stands among the repeated steps has the item, not what handles their failure.
    if (typeName(step.type) !== "forEach" || way[index + 2]?.place?.[1] !== "steps") return;
    const { items } = step.props;
    const type = isExpression(items) ? readExpression(items.expr, { ...always, ...scope }, schema).type : DYN;
    scope = { ...scope, [toText(step.props.as) || "item"]: type.name === "list" ? (type.element ?? DYN) : DYN };
  });
  if (typeName(node.type) === "query" && path[0] === "filter") scope = { ...scope, item: recordType(referred(node.props.model)) };
  return scope;
}

/** What earlier steps leave: `steps.<name>.output`, `.items` and `.status`. */
function stepsType(snapshot: Snapshot, workflow: LiveNode | undefined): Type {
  const fields: Record<string, Type> = {};
  for (const step of workflow === undefined ? [] : snapshot.subtree(workflow.id)) {
    const name = toText(step.props.name);
    if (name === "" || step.id === workflow?.id) continue;
    const record = recordType(referred(step.props.model));
    const isRecord = ["createRecord", "updateRecord"].includes(typeName(step.type));
    const items = typeName(step.type) === "query" ? listOf(record) : DYN;
    fields[name] = objectOf({ output: isRecord ? record : DYN, items, status: STRING });
  }
  return objectOf(fields);
}

function pageScope(snapshot: Snapshot, node: LiveNode, path: readonly string[]): Scope {
  const way = snapshot.path(node.id);
  const open: Scope = { vars: mapOf(DYN), params: mapOf(STRING), record: DYN, item: DYN, row: DYN };
  const inner = way.reduce<Scope>((scope, step, index) => {
    const model = sourceOf(step);
    if (model === "") return scope;
    if (RECORD_HOLDERS.has(typeName(step.type))) return { ...scope, record: recordOf(model) };
    const isContent = typeName(step.type) === "List" && way[index + 1]?.place?.[1] === "children";
    return isContent ? { ...scope, item: recordOf(model) } : scope;
  }, open);
  return { ...inner, ...ownItem(node, path) };
}

// A filter is over the records of its own source, whatever surrounds it; so are columns and rows.
function ownItem(node: LiveNode, path: readonly string[]): Scope {
  const own = sourceOf(node);
  if (path[0] === "options") return { item: recordType(referred(at(node.props, ["options", "model"]))) };
  if (own === "" || !OWN_ITEM.has(path[0] ?? "")) return {};
  return { item: recordOf(own), row: recordOf(own) };
}

/** The id of the data model that a node's `dataSource` names, or empty. */
export function sourceOf(node: LiveNode): string {
  return referred(at(node.props, ["dataSource", "model"]));
}
