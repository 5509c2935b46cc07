import { expect, test } from "vitest";

import type { DataRecord, Resolved, Scope } from "../../library/runtime";
import { node } from "./testing/model";
import { emptyScope, watch, world } from "./testing/player";
import { idle } from "./testing/server";

const ready = (value: unknown): unknown => ({ state: "ready", value });
const item = (values: DataRecord["values"], model = "order", id = "r1"): DataRecord => ({ id, model, version: 1, values });

test("literals are there at once, the same object for the same question", () => {
  const { player, node } = world();
  const value = player.value(node("orders"), ["name"], emptyScope());
  expect(value.get()).toEqual(ready("Orders"));
  expect(player.value(node("orders"), ["name"], emptyScope())).toBe(value);
});

test("what item, params and vars give is computed in the browser, exactly", () => {
  const { player, server } = world();
  const scope: Scope = { page: "orders", params: { id: "ä" }, record: null, item: item({ total: "0.30", orderNo: "A-1" }) };
  const value = (expr: string): Resolved => player.value(node("x", "Text", "orders", "children", { text: { expr } }), ["text"], scope).get();
  expect(value("item.total * 3")).toEqual(ready("0.90"));
  expect(value("row.orderNo + params.id")).toEqual(ready("A-1ä"));
  expect(value("vars.search == ''")).toEqual(ready(true));
  expect(value("enums.Order.status")).toEqual(ready(["draft", "confirmed"]));
  expect(server.asked.filter(({ path }) => path !== "player/schema")).toEqual([]);
});

test("a fault is a state that points into its source, and is listed as a problem", async () => {
  const { player } = world();
  const broken = node("x", "Text", "orders", "children", { text: { expr: "1 +" } });
  const resolved = player.value(broken, ["text"], emptyScope()).get();
  expect(resolved.state).toBe("failed");
  expect(resolved.state === "failed" && resolved.error.code).toBe("expression_syntax");
  await idle();
  expect(player.problems.list.get()).toMatchObject([{ node: "x", path: ["text"] }]);
});

test("only what reads a variable is computed again when it changes", () => {
  const { player } = world();
  const scope = emptyScope("orders");
  const text = (id: string, expr: string) => watch(player.value(node(id, "Text", "orders", "children", { text: { expr } }), ["text"], scope));
  const [status, search] = [text("a", "vars.status == null"), text("b", "vars.search + '!'")];
  const bind = player.binding(node("f", "TextField", "orders", "children", { bind: "vars.search" }), scope);
  bind?.set("Müller");
  expect(search.now()).toEqual(ready("Müller!"));
  expect(status.seen).toHaveLength(1);
});

test("expressions over whole models go to the server in one request, and again when records change", async () => {
  let count = 0;
  const { player, server } = world(({ path, body }) => {
    if (path !== "player/values") return undefined;
    count += 1;
    return { values: (body.items as readonly unknown[]).map((_, index) => ({ value: count * 10 + index })) };
  });
  const scope = emptyScope("orders");
  const metric = (id: string, expr: string) => watch(player.value(node(id, "Metric", "orders", "children", { value: { expr } }), ["value"], scope));
  const [open, sum] = [metric("m1", "models.Order.size()"), metric("m2", "models.Customer.map(c, c.name).size()")];
  expect(open.now().state).toBe("pending");
  await idle();
  expect([open.now(), sum.now()]).toEqual([ready(10), ready(11)]);
  expect(server.to("player/values")).toHaveLength(1);
  expect(server.to("player/values")[0]?.body.items).toEqual([{ node: "m1", path: ["value"] }, { node: "m2", path: ["value"] }]);
  player.onRecords(new Set(["order"]));
  await idle();
  expect(server.to("player/values")[1]?.body.items).toEqual([{ node: "m1", path: ["value"] }]);
  expect(open.now()).toEqual(ready(20));
});

test("an expression that the server cannot compute fails alone", async () => {
  const { player } = world(({ path }) =>
    path === "player/values" ? { values: [{ error: { code: "expression_type", message: "keine Zahl", source: "x", start: 0, end: 1 } }, { value: 1 }] } : undefined,
  );
  const metric = (id: string) => watch(player.value(node(id, "Metric", "orders", "children", { value: { expr: `models.Order.size() + ${id.length}` } }), ["value"], emptyScope("orders")));
  const [bad, good] = [metric("m"), metric("mm")];
  await idle();
  expect(bad.now()).toMatchObject({ state: "failed", error: { code: "expression_type", message: "Keine Zahl.", start: 0, end: 1 } });
  expect(good.now()).toEqual(ready(1));
});

test("a reference that came as an id gets the fields that an expression reads", async () => {
  const { player, server } = world(({ path }) => (path === "api/Customer/c7" ? { id: "c7", "@version": 1, name: "Åse", tier: "gold" } : undefined));
  const scope: Scope = { ...emptyScope("orders"), item: item({ customer: "c7" }) };
  const ask = (expr: string) => watch(player.value(node("x", "Text", "orders", "children", { text: { expr } }), ["text"], scope));
  expect(ask("item.customer == 'c7'").now()).toEqual(ready(true));
  expect(server.to("api/")).toHaveLength(0);
  const tier = ask("item.customer.tier == 'gold'");
  expect(tier.now()).toEqual({ state: "pending" });
  await idle();
  expect(tier.now()).toEqual(ready(true));
  const expanded = watch(player.value(node("y", "Text", "orders", "children", { text: { expr: "item.customer.name" } }), ["text"], { ...scope, item: item({ customer: { id: "c8", name: "Ole" } }) }));
  expect(expanded.now()).toEqual(ready("Ole"));
});

test("lists of a record that did not come along are the server's to compute", async () => {
  const { player, server } = world(({ path }) => (path === "player/values" ? { values: [{ value: 3 }] } : undefined));
  const scope: Scope = { ...emptyScope("orders"), item: item({ orderNo: "1" }) };
  const count = watch(player.value(node("x", "Text", "orders", "children", { text: { expr: "item.lines.size()" } }), ["text"], scope));
  await idle();
  expect(count.now()).toEqual(ready(3));
  expect(server.to("player/values")[0]?.body.context).toMatchObject({ item: { model: "order", id: "r1" } });
  const here = player.value(node("y", "Text", "orders", "children", { text: { expr: "item.lines.map(l, l.price).sum()" } }), ["text"], {
    ...scope,
    item: item({ lines: [{ id: "a", price: "1.10" }, { id: "b", price: "2.20" }] }),
  });
  expect(here.get()).toEqual(ready("3.30"));
});

test("objects with expressions among their members are computed as a whole", () => {
  const { player } = world();
  const text = node("x", "Text", "orders", "children", { format: { style: "decimal", digits: { expr: "1 + 1" } } });
  expect(player.value(text, ["format"], emptyScope("orders")).get()).toEqual(ready({ style: "decimal", digits: 2 }));
});

test("a name that the model does not have fails where it stands, before anything is asked", async () => {
  const { player, page, server } = world();
  await idle();
  const metric = (expr: string) => node("m", "Metric", "orders", "children", { value: { expr } });
  const value = (expr: string, scope = emptyScope("orders")) => watch(player.value(metric(expr), ["value"], scope)).now();
  const source = "models.Order.filter(item, item.statsu == 'ß').size()";
  const failed = value(source);
  expect(failed).toMatchObject({ state: "failed", error: { source } });
  if (failed.state !== "failed") throw new Error("it did not fail");
  expect(source.slice(failed.error.start, failed.error.end)).toContain("statsu");
  expect(server.to("player/values")).toHaveLength(0);
  expect(value("record.totl", page("detail", { id: "r1" }))).toMatchObject({ state: "failed" });
  expect(value("params.id + vars.whatever")).not.toMatchObject({ state: "failed", error: { code: "expression_name" } });
  const table = node("t", "Table", "orders", "children", { dataSource: { model: { ref: "order" }, filter: { expr: "item.statsu == 'ß'" } } });
  const listed = watch(player.query(table, emptyScope("orders"), { sort: [], search: "", filters: {}, page: 0, pageSize: 5 })).now();
  expect(listed).toMatchObject({ state: "failed", error: { code: expect.stringContaining("expression") as string } });
});
