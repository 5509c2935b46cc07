import { expect, test } from "vitest";

import type { QueryOptions } from "../../library/runtime";
import { node } from "./testing/model";
import { emptyScope, watch, world } from "./testing/player";
import { idle } from "./testing/server";

const OPTIONS: QueryOptions = { sort: [], search: "", filters: {}, page: 0, pageSize: 2 };
const order = (id: string, more = {}) => ({ id, "@version": 1, orderNo: id, ...more });

test("a table's records come from its node, with only the variables that its filter reads", async () => {
  const { player, server, node: drawn, page } = world(({ path }) => (path === "player/query" ? { items: [order("ä")], total: 7 } : undefined));
  const state = watch(player.query(drawn("table"), page("orders"), { ...OPTIONS, sort: ["-orderNo"], search: "Ü", page: 1 }));
  expect(state.now().state).toBe("pending");
  await idle();
  expect(state.now()).toMatchObject({ state: "ready", total: 7, records: [{ id: "ä", model: "order", version: 1 }], model: { name: "Order" } });
  expect(server.to("player/query")[0]?.body).toEqual({
    node: "table", path: ["dataSource"], sort: ["-orderNo"], search: "Ü", filters: {}, offset: 2, limit: 2,
    context: { page: "orders", params: {}, vars: { status: null }, record: null, item: null },
  });
});

test("a variable of the filter asks anew while the old rows stay; another one asks nothing", async () => {
  let count = 0;
  const { player, server, node: drawn, page } = world(({ path }) => (path === "player/query" ? { items: [order(`r${count++}`)], total: 1 } : undefined));
  const scope = page("orders");
  const state = watch(player.query(drawn("table"), scope, OPTIONS));
  await idle();
  player.binding(node("s", "TextField", "orders", "children", { bind: "vars.search" }), scope)?.set("x");
  await idle();
  expect(server.to("player/query")).toHaveLength(1);
  player.binding(node("f", "Select", "orders", "children", { bind: "vars.status" }), scope)?.set("draft");
  expect(state.now()).toMatchObject({ state: "ready", isRefreshing: true, records: [{ id: "r0" }] });
  await idle();
  expect(state.now()).toMatchObject({ isRefreshing: false, records: [{ id: "r1" }] });
});

test("another person's record appears, and rows that are the same stay the same objects", async () => {
  let items = [order("a", { customer: { id: "c", name: "Åse" } })];
  const { player, node: drawn, page } = world(({ path }) => (path === "player/query" ? { items, total: items.length } : undefined));
  const state = watch(player.query(drawn("table"), page("orders"), OPTIONS));
  await idle();
  const [before] = state.now().records;
  items = [order("neu"), order("a", { customer: { id: "c", name: "Åse" } })];
  player.onRecords(new Set(["order"]));
  await idle();
  expect(state.now().records.map(({ id }) => id)).toEqual(["neu", "a"]);
  expect(state.now().records[1]).toBe(before);
  player.onRecords(new Set(["size"]));
});

test("unfinished and ungranted sources say so in place", async () => {
  const { player } = world(({ path }) => (path === "player/schema" ? { models: [], roles: [], workflows: [] } : undefined));
  await idle();
  const none = node("t", "Table", "orders", "children", { dataSource: {} });
  expect(player.query(none, emptyScope("orders"), OPTIONS).get()).toMatchObject({ state: "failed", error: { code: "source_missing" } });
  const secret = node("t", "Table", "orders", "children", { dataSource: { model: { ref: "order" } } });
  expect(player.query(secret, emptyScope("orders"), OPTIONS).get()).toMatchObject({ state: "failed", error: { code: "not_granted" } });
});

test("a generated table walks the REST interface by cursor", async () => {
  const pages: Record<string, unknown> = { "": { items: [{ id: "1" }], next: "zwei", total: 3 }, zwei: { items: [{ id: "2" }], next: "drei", total: 3 }, drei: { items: [{ id: "3" }], next: null, total: 3 } };
  const { player, server, node: drawn, page } = world(({ path }) =>
    path.startsWith("api/Size?") ? (pages[new URLSearchParams(path.split("?")[1]).get("cursor") ?? ""] as never) : undefined,
  );
  const scope = page("~size-list");
  const state = watch(player.query(drawn("~size-list-table"), scope, { ...OPTIONS, page: 2, search: "Größe", filters: { code: "ä" } }));
  await idle(10);
  expect(state.now()).toMatchObject({ state: "ready", records: [{ id: "3" }], total: 3 });
  const [first] = server.to("api/Size?");
  expect(first?.path).toContain("filter[code][contains]=ä");
  expect(first?.path).toContain("q=Größe");
  expect(first?.path).toContain("expand=order");
  expect(server.to("api/Size?")).toHaveLength(3);
});

test("a generated table of a record that is not saved yet is empty and asks nothing", async () => {
  const related = node("r", "DataModel", "application", "dataModels", { name: "Batch" }, "a9");
  const field = node("rf", "Field", "r", "fields", { name: "size", type: "Reference", model: { ref: "size" }, inverse: "batches" });
  const { player, server, node: drawn, page } = world(({ path }) => (path === "player/schema" ? undefined : undefined), related, field);
  await idle();
  const state = player.query(drawn("~size-form-r-size-table"), page("~size-form", { id: "new" }), OPTIONS);
  expect(state.get().state).not.toBe("pending");
  expect(server.to("api/")).toHaveLength(0);
});
