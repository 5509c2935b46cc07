import { expect, test } from "vitest";

import { findPage } from "../../model/routes";
import { Snapshot } from "../../model/snapshot";
import { Store } from "../../shared/store";
import { isGenerated, withGenerated } from "./generated";
import { MODELS, node, PAGES, snapshotOf } from "./testing/model";

test("a model that no page shows gets a list and a form, others do not", () => {
  const snapshot = withGenerated(new Store(snapshotOf(...MODELS, ...PAGES))).get();
  expect(findPage(snapshot, "/Size")?.page.id).toBe("~size-list");
  expect(findPage(snapshot, "/Size/new")).toMatchObject({ page: { id: "~size-form" }, parameters: { id: "new" } });
  expect(findPage(snapshot, "/Order")).toBe(null);
  expect(snapshot.node("~size-list-title")?.props.text).toBe("Größe");
});

test("without any page every model has both, with related lists in its form", () => {
  const snapshot = withGenerated(new Store(snapshotOf(...MODELS))).get();
  for (const name of ["Customer", "Order", "OrderLine", "Size"]) expect(findPage(snapshot, `/${name}`)).not.toBe(null);
  const lines = snapshot.node("~order-form-line-order-table");
  expect(lines?.props.dataSource).toEqual({ model: { ref: "line" }, filter: { expr: "item.order == params.id" } });
  expect(Object.values(lines?.props.columns ?? {}).map((column) => (column as { field: { ref: string } }).field.ref)).toEqual(["l2", "l3"]);
  expect(snapshot.node("~order-form-o3")?.type).toBe("Select@1");
  expect(snapshot.node("~order-form-o4")?.props.readOnly).toBe(true);
});

test("a page that is drawn at the address goes first", () => {
  const page = node("mine", "Page", "application", "pages", { name: "Größen", path: "/Size" });
  const snapshot = withGenerated(new Store(snapshotOf(...MODELS, ...PAGES, page))).get();
  expect(findPage(snapshot, "/Size")?.page.id).toBe("mine");
});

test("an edit of a page keeps every generated node, and an edit of a field changes only its own", () => {
  const model = new Store(snapshotOf(...MODELS, ...PAGES));
  const derived = withGenerated(model);
  const before = new Map(derived.get().nodes);
  const edit = (id: string, props: object): void => {
    const known = model.get().node(id);
    if (known !== undefined) model.set(model.get().next({}, new Map([[id, { ...known, props: { ...known.props, ...props } }]])));
  };
  edit("notes", { label: "Anmerkung" });
  expect([...derived.get().nodes].filter(([id, each]) => before.get(id) !== each).map(([id]) => id)).toEqual(["notes"]);
  edit("s1", { title: "Kürzel" });
  const changed = [...derived.get().nodes].filter(([id, each]) => before.get(id) !== each).map(([id]) => id).filter(isGenerated);
  expect(changed).toEqual(["~size-form-s1"]);
});

test("a generated page goes when a page shows its model, and with its model", () => {
  const model = new Store(snapshotOf(...MODELS, ...PAGES));
  const derived = withGenerated(model);
  const table = node("sizes", "Table", "orders", "children", { dataSource: { model: { ref: "size" } } });
  model.set(model.get().next({}, new Map([["sizes", table]])));
  expect([...derived.get().nodes.keys()].filter(isGenerated)).toEqual([]);
  model.set(new Snapshot({}, new Map()));
  expect(derived.get().nodes.size).toBe(0);
});
