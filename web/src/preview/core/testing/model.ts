/** A small application for the tests of the player: orders with lines, and two pages. */
import { Snapshot } from "../../../model/snapshot";
import { type Json, type JsonObject, type LiveNode, ROOT } from "../../../model/types";
import { Store } from "../../../shared/store";

export function node(id: string, type: string, parent: string, slot: string, props: JsonObject = {}, order = "a0"): LiveNode {
  return { id, type: `${type}@1`, place: [parent, slot, order], props };
}

const field = (id: string, model: string, name: string, type: string, more: JsonObject = {}): LiveNode =>
  node(id, "Field", model, "fields", { name, type, ...more }, id);

const values = (...names: readonly string[]): Json => Object.fromEntries(names.map((value, index) => [`e${index}`, { order: `a${index}`, value }]));

/** The data models Customer, Order (with lines) and OrderLine, and a Größe that no page shows. */
export const MODELS: readonly LiveNode[] = [
  node("customer", "DataModel", ROOT, "dataModels", { name: "Customer" }, "a0"),
  field("c1", "customer", "name", "Text", { required: true }),
  field("c2", "customer", "tier", "Enum", { values: values("standard", "gold") }),
  node("order", "DataModel", ROOT, "dataModels", { name: "Order" }, "a1"),
  field("o1", "order", "orderNo", "Text", { required: true }),
  field("o2", "order", "customer", "Reference", { model: { ref: "customer" } }),
  field("o3", "order", "status", "Enum", { values: values("draft", "confirmed"), default: "draft" }),
  field("o4", "order", "total", "Decimal", { scale: 2, computed: { expr: "record.lines.map(l, l.price).sum()" } }),
  field("o5", "order", "notes", "Text"),
  node("line", "DataModel", ROOT, "dataModels", { name: "OrderLine" }, "a2"),
  field("l1", "line", "order", "Reference", { model: { ref: "order" }, inverse: "lines" }),
  field("l2", "line", "quantity", "Integer"),
  field("l3", "line", "price", "Decimal", { scale: 2 }),
  node("size", "DataModel", ROOT, "dataModels", { name: "Size", title: "Größe" }, "a3"),
  field("s1", "size", "code", "Text", { required: true }),
  field("s2", "size", "order", "Reference", { model: { ref: "order" } }),
];

export const PAGES: readonly LiveNode[] = [
  node("orders", "Page", ROOT, "pages", { name: "Orders", path: "/orders", variables: { status: null, search: "" } }, "a0"),
  node("table", "Table", "orders", "children", {
    dataSource: { model: { ref: "order" }, filter: { expr: "vars.status == null || item.status == vars.status" }, sort: ["-createdAt"] },
    columns: { e0: { order: "a0", field: { ref: "o1" } }, e1: { order: "a1", field: "customer.name" } },
  }),
  node("detail", "Page", ROOT, "pages", { name: "Order", path: "/orders/:id", dataSource: { model: { ref: "order" }, record: { expr: "params.id" } } }, "a1"),
  node("form", "Form", "detail", "children", { dataSource: {} }),
  node("notes", "TextArea", "form", "children", { bind: "record.notes" }),
  node("lines", "Table", "detail", "children", { dataSource: { model: { ref: "line" }, filter: { expr: "item.order == params.id" } }, editable: true }, "a1"),
  node("customers", "Page", ROOT, "pages", { name: "Customers", path: "/customers" }, "a2"),
  node("customerList", "List", "customers", "children", { dataSource: { model: { ref: "customer" } } }),
];

export function snapshotOf(...nodes: readonly LiveNode[]): Snapshot {
  return new Snapshot({ name: "Aufträge" }, new Map(nodes.map((each) => [each.id, each])));
}

export function drawn(...more: readonly LiveNode[]): Store<Snapshot> {
  return new Store(snapshotOf(...MODELS, ...PAGES, ...more));
}

const granted = (id: string, name: string, fields: readonly JsonObject[]): JsonObject => ({
  id, name, fields, mayCreate: true, mayUpdate: true, mayDelete: true,
});

/** What `player/schema` answers for who may do everything. */
export const SCHEMA: JsonObject = {
  models: [
    granted("customer", "Customer", [{ id: "c1", name: "name", type: "Text", isRequired: true }, { id: "c2", name: "tier", type: "Enum", values: ["standard", "gold"] }]),
    granted("order", "Order", [
      { id: "o1", name: "orderNo", type: "Text", isRequired: true },
      { id: "o2", name: "customer", type: "Reference", target: "customer" },
      { id: "o3", name: "status", type: "Enum", values: ["draft", "confirmed"] },
      { id: "o4", name: "total", type: "Decimal", isReadOnly: true, scale: 2 },
      { id: "o5", name: "notes", type: "Text" },
    ]),
    granted("line", "OrderLine", [
      { id: "l1", name: "order", type: "Reference", target: "order" },
      { id: "l2", name: "quantity", type: "Integer" },
      { id: "l3", name: "price", type: "Decimal", scale: 2 },
    ]),
    granted("size", "Size", [{ id: "s1", name: "code", type: "Text", isRequired: true }, { id: "s2", name: "order", type: "Reference", target: "order" }]),
  ],
  roles: ["Büro", "manager"],
  role: null,
  workflows: [{ id: "w1", name: "prüfen", mayRun: true }],
  isReadOnly: false,
};
