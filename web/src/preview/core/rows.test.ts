import { expect, test } from "vitest";

import { node } from "./testing/model";
import { emptyScope, watch, world } from "./testing/player";
import type { TableRows } from "./rows";
import { idle } from "./testing/server";

test("a new row begins with what the filter demands of every row", async () => {
  const { player, node: drawn, page, server } = world(({ method, path }) => (method === "POST" && path === "api/OrderLine" ? { status: 201, body: { id: "l1", "@version": 1 } } : undefined));
  await idle();
  const rows = player.rows(drawn("lines"), page("detail", { id: "ö1" }));
  expect(watch(rows.initial).now()).toEqual({ order: "ö1" });
  expect(await rows.create({ quantity: "3", price: "1.50" })).toEqual({ isDone: true });
  expect(server.to("api/OrderLine")[0]?.body).toEqual({ order: "ö1", quantity: 3, price: "1.50" });
});

test("a new row begins with its fields' defaults", async () => {
  const { player, node: drawn } = world();
  await idle();
  const rows = player.rows(drawn("table"), emptyScope("orders")) as TableRows;
  expect(watch(rows.initial).now()).toEqual({ status: "draft" });
  // Which is no reason to show only rows that have them.
  expect(watch(rows.demanded).now()).toEqual({});
});

test("a record that is not saved yet has no rows to add to", async () => {
  const { player, node: drawn, page, server } = world();
  await idle();
  const rows = player.rows(drawn("lines"), page("detail", { id: "new" }));
  expect(watch(rows.initial).now()).toBe(null);
  expect(await rows.create({ quantity: 1 })).toMatchObject({ isDone: false, error: { code: "not_yet" } });
  expect(server.to("api/")).toHaveLength(0);
});

test("only equalities that hold for every row count", async () => {
  const { player } = world();
  await idle();
  const table = (expr: string) => node("t", "Table", "detail", "children", { dataSource: { model: { ref: "line" }, filter: { expr } } });
  const initial = (expr: string) => watch(player.rows(table(expr), { ...emptyScope("detail"), params: { id: "o1" } }).initial).now();
  expect(initial("params.id == item.order && item.quantity > 2")).toEqual({ order: "o1" });
  expect(initial("item.order == params.id || item.quantity == 1")).toEqual({});
  expect(initial("item.order == item.id")).toEqual({});
});

test("what the server refuses of a row is said at its fields", async () => {
  const { player, node: drawn, page, server } = world(({ method }) =>
    method === "PATCH" ? { status: 422, body: { code: "record_invalid", detail: "x", errors: [{ field: "quantity", code: "min", message: "mindestens 1" }] } } : undefined,
  );
  await idle();
  const rows = player.rows(drawn("lines"), page("detail", { id: "o1" }));
  const record = { id: "l1", model: "line", version: 3, values: {} };
  expect(await rows.update(record, { quantity: 0 })).toEqual({ isDone: false, fieldErrors: { quantity: "Mindestens 1." }, error: null });
  expect(server.to("api/")[0]?.headers["If-Match"]).toBe('"3"');
  expect(await rows.remove(record)).toMatchObject({ isDone: false, error: { code: "not_found" } });
});
