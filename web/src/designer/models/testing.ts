/** A room of the order management sample's shape for the tests: models, pages, a workflow, a role. */
import * as Y from "yjs";

import { Editor, LOCAL_EDIT } from "../../model/editor";
import { LiveModel } from "../../model/live";
import { Registry } from "../../model/registry";
import type { Definition, JsonObject, LiveNode } from "../../model/types";
import { buildMembers } from "../../model/containers";
import { MODELS, node, PAGES, snapshotOf } from "../../preview/core/testing/model";

const ACTIONS = { type: "array", "x-merge": "list", items: { type: "object", properties: { action: { type: "string" }, model: { title: "Model" }, record: {}, values: { type: "object", "x-merge": "map" } } } } as const;

const definition = (id: string, kind: string, properties: Definition["schema"]["properties"] = {}): Definition => ({
  id, version: "1.0.0", kind, title: id, schema: { type: "object", properties },
});

const SOURCE = { title: "Data", type: "object", "x-merge": "map", properties: { model: { title: "Model" }, filter: { title: "Filter" }, sort: { title: "Sort" } } } as const;

export const REGISTRY = new Registry([
  definition("DataModel", "model"),
  definition("Field", "field", { default: { title: "Default" }, computed: { title: "Computed" } }),
  definition("Index", "index", { fields: { title: "Fields", type: "array", items: { type: "string" }, "x-merge": "list" } }),
  definition("Page", "page", { dataSource: SOURCE }),
  definition("Workflow", "workflow", { trigger: { title: "Trigger", type: "object", "x-merge": "map" } }),
  definition("Role", "role", { grants: { title: "Grants", type: "array", items: { type: "object" }, "x-merge": "list" } }),
  definition("Table", "component", { dataSource: SOURCE, columns: { title: "Columns", type: "array", items: { type: "object", properties: { field: { title: "Field" } } }, "x-merge": "list" } }),
  definition("Button", "component", { label: {}, onClick: ACTIONS }),
  definition("Metric", "component", { value: { title: "Value" } }),
  definition("Select", "component", { bind: {}, options: { title: "Options" } }),
  definition("updateRecord", "step", { model: {}, record: {}, values: { title: "Values", type: "object", "x-merge": "map" } }),
  definition("createRecord", "step", { model: { title: "Model" }, values: { title: "Values", type: "object", "x-merge": "map" } }),
  definition("query", "step", { model: {}, filter: { title: "Filter" }, sort: { title: "Sort" } }),
  definition("forEach", "step", { items: {} }),
  definition("condition", "step", { when: { title: "If" } }),
]);

const MORE: readonly LiveNode[] = [
  node("index", "Index", "order", "indexes", { fields: { e0: { order: "a0", value: { ref: "o3" } }, e1: { order: "a1", value: "createdAt" } } }),
  node("reserve", "Button", "detail", "children", {
    label: "Reserve",
    onClick: { a1: { order: "a0", action: "updateRecord", model: { ref: "order" }, record: { expr: "record.id" }, values: { status: "confirmed" } } },
  }, "a2"),
  node("figure", "Metric", "detail", "children", { value: { expr: "models.Order.filter(o, o.status == 'confirmed').map(o, o.total).sum()" } }, "a3"),
  node("choice", "Select", "orders", "children", { bind: "vars.status", options: { expr: "enums.Order.status" } }, "a4"),
  node("flow", "Workflow", "application", "workflows", { name: "process", trigger: { type: "recordUpdated", model: { ref: "order" }, when: { expr: "record.status == 'confirmed' && previous.status != 'confirmed'" } } }),
  node("check", "condition", "flow", "steps", { name: "check", when: { expr: "record.customer.tier == 'gold' && input.status == 'x'" } }, "a0"),
  node("old", "query", "flow", "steps", { name: "old", model: { ref: "order" }, filter: { expr: "item.status == 'draft'" }, sort: ["-status", "customer.name"] }, "a1"),
  node("each", "forEach", "flow", "steps", { name: "each", items: { expr: "steps.old.items" }, as: "one" }, "a2"),
  node("mark", "updateRecord", "each", "steps", { name: "mark", model: { ref: "order" }, record: { expr: "one.id" }, values: { status: { expr: "one.status == 'draft' ? 'confirmed' : one.status" } } }),
  node("make", "createRecord", "flow", "steps", { name: "make", model: { ref: "customer" }, values: { tier: "gold" } }, "a3"),
  node("clerk", "Role", "application", "roles", { name: "clerk", grants: { g1: { order: "a0", model: { ref: "order" }, mask: { m1: { order: "a0", value: { ref: "o5" } } }, filter: { expr: "record.status == 'draft'" } } } }),
];

export const NODES: readonly LiveNode[] = [...MODELS, ...PAGES, ...MORE];

export const SNAPSHOT = snapshotOf(...NODES);

/** The same as a document that can be edited. */
export function openRoom(): { readonly editor: Editor; readonly live: LiveModel; readonly undo: Y.UndoManager } {
  const doc = new Y.Doc();
  const live = new LiveModel(doc);
  const schemaOf = (type: string) => REGISTRY.byType(type)?.schema;
  doc.transact(() => {
    for (const each of NODES) {
      const map = new Y.Map<unknown>();
      map.set("type", each.type);
      map.set("place", each.place === null ? null : [...each.place]);
      map.set("props", buildMembers(schemaOf(each.type), each.props));
      doc.getMap("nodes").set(each.id, map);
    }
  });
  const editor = new Editor(doc, schemaOf);
  const undo = new Y.UndoManager([doc.getMap("nodes")], { trackedOrigins: new Set([LOCAL_EDIT]), captureTimeout: 0 });
  return { editor, live, undo };
}

export function propsOf(live: LiveModel, id: string): JsonObject {
  return live.snapshots.get().node(id)?.props ?? {};
}
