import { expect, test } from "vitest";

import { watch, world } from "./testing/player";
import { idle } from "./testing/server";
import { node } from "./testing/model";

test("viewing as a role forgets what was shown, and asks everything anew in its name", async () => {
  const { player, server, node: drawn, page } = world(({ path }) => (path === "player/query" ? { items: [{ id: "geheim", "@version": 1 }], total: 1 } : undefined));
  const state = watch(player.query(drawn("table"), page("orders"), { sort: [], search: "", filters: {}, page: 0, pageSize: 5 }));
  await idle();
  player.viewAs("clerk");
  expect(state.now()).toMatchObject({ state: "pending", records: [] });
  await idle();
  expect(server.asked.filter(({ headers }) => headers["x-view-as"] === "clerk").map(({ path }) => path).sort()).toEqual(["player/query", "player/schema"]);
});

test("the scope of a page stays the same object for the same page and parameters", () => {
  const { page } = world();
  expect(page("detail", { id: "ä" })).toBe(page("detail", { id: "ä" }));
  expect(page("detail", { id: "b" })).not.toBe(page("detail", { id: "ä" }));
});

test("the schema is what the server grants; until it is known nothing may be changed", async () => {
  const { player } = world();
  expect(player.model("order")).toMatchObject({ name: "Order", mayCreate: false });
  await idle();
  expect(player.model("order")).toMatchObject({ name: "Order", mayCreate: true });
  expect(player.model("order")?.fields.find(({ name }) => name === "customer")).toMatchObject({ title: "Customer", target: "customer" });
  expect(player.model("order")?.fields.find(({ name }) => name === "createdAt")?.isReadOnly).toBe(true);
});

test("groups of records come with their labels, exact as the server wrote them", async () => {
  const { player } = world(({ path }) => (path === "player/groups" ? { groups: [{ key: "draft", label: "Entwurf", value: "12.30" }, { key: null, value: 2 }] } : undefined));
  const chart = node("chart", "Chart", "orders", "children", { dataSource: { model: { ref: "order" }, groupBy: { ref: "o3" }, measure: "count" } });
  const state = watch(player.groups(chart, { page: "orders", params: {}, record: null, item: null }));
  await idle();
  expect(state.now()).toEqual({ state: "ready", error: null, groups: [{ key: "draft", label: "Entwurf", value: "12.30" }, { key: null, label: "–", value: 2 }] });
});

test("messages of success leave, errors stay, and the same words stand there once", () => {
  const { player } = world();
  const { messages } = player;
  messages.show("nein", "error");
  messages.show("ja", "success");
  messages.show("nein", "error");
  expect(messages.list.get().map(({ text }) => text)).toEqual(["ja", "nein"]);
  for (const { id } of messages.list.get()) messages.close(id);
  expect(messages.list.get()).toEqual([]);
});

test("a second question answers the first by no", async () => {
  const { player } = world();
  const first = player.messages.confirm("Löschen?");
  const second = player.messages.confirm("Wirklich?");
  player.messages.confirmation.get()?.answer(true);
  expect([await first, await second]).toEqual([false, true]);
});
