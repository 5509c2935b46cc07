import { expect, test } from "vitest";

import type { JsonObject, LiveNode } from "../../model/types";
import { node } from "./testing/model";
import { emptyScope, watch, world } from "./testing/player";
import { idle } from "./testing/server";

function button(...actions: readonly JsonObject[]): LiveNode {
  const onClick = Object.fromEntries(actions.map((action, index) => [`e${index}`, { order: `a${index}`, ...action }]));
  return node("button", "Button", "orders", "children", { onClick });
}

const CREATED = { status: 201, body: { id: "r1", "@version": 1 } };

test("actions are done one after the other, with their expressions computed", async () => {
  const { player, server, at } = world(({ path, method }) => (path === "api/Order" && method === "POST" ? CREATED : undefined));
  await idle();
  const scope = { ...emptyScope("orders"), params: { no: "Ä-7" } };
  const all = button(
    { action: "setVariable", variable: "search", value: { expr: "params.no" } },
    { action: "createRecord", model: { ref: "order" }, values: { orderNo: { expr: "vars.search + '!'" }, status: "draft" } },
    { action: "openDialog", dialog: { ref: "d1" } },
    { action: "showMessage", message: { expr: "'Angelegt: ' + vars.search" }, level: "success" },
    { action: "navigate", to: { expr: "'/orders/' + vars.search" } },
  );
  expect(await player.perform(all, "onClick", scope)).toBe(true);
  expect(server.to("api/Order")[0]?.body).toEqual({ orderNo: "Ä-7!", status: "draft" });
  expect(at.path).toBe("/orders/Ä-7");
  expect(at.dialogs).toEqual(new Set(["d1"]));
  expect(player.messages.list.get()).toMatchObject([{ level: "success", text: "Angelegt: Ä-7" }]);
});

test("the first failure stops, and is shown with the names of the fields", async () => {
  const { player, at } = world(({ path }) =>
    path === "api/Order" ? { status: 422, body: { code: "record_invalid", detail: "nein", errors: [{ field: "orderNo", code: "required", message: "is required" }] } } : undefined,
  );
  await idle();
  const all = button({ action: "createRecord", model: { ref: "order" }, values: {} }, { action: "navigate", to: "/weg" });
  expect(await player.perform(all, "onClick", emptyScope("orders"))).toBe(false);
  expect(at.path).toBe("/");
  expect(player.messages.list.get()).toMatchObject([{ level: "error", text: "Order no: Is required." }]);
});

test("a condition that does not hold skips, one that cannot be computed stops", async () => {
  const { player, at } = world();
  const skip = button({ action: "navigate", to: "/a", when: { expr: "1 > 2" } }, { action: "navigate", to: "/b" });
  expect(await player.perform(skip, "onClick", emptyScope("orders"))).toBe(true);
  expect(at.path).toBe("/b");
  const broken = button({ action: "navigate", to: "/c", when: { expr: "1 +" } });
  expect(await player.perform(broken, "onClick", emptyScope("orders"))).toBe(false);
  expect(at.path).toBe("/b");
});

test("a question is answered before anything is done", async () => {
  const { player, server } = world(({ method }) => (method === "DELETE" ? { status: 204, body: null } : undefined));
  await idle();
  const remove = button({ action: "deleteRecord", model: { ref: "order" }, record: "r 1", confirm: "Löschen?" });
  const refused = player.perform(remove, "onClick", emptyScope("orders"));
  await idle();
  expect(player.messages.confirmation.get()?.question).toBe("Löschen?");
  player.messages.confirmation.get()?.answer(false);
  expect(await refused).toBe(false);
  expect(server.to("api/")).toHaveLength(0);
  const accepted = player.perform(remove, "onClick", emptyScope("orders"));
  await idle();
  player.messages.confirmation.get()?.answer(true);
  expect(await accepted).toBe(true);
  expect(server.to("api/")).toMatchObject([{ method: "DELETE", path: "api/Order/r 1" }]);
});

test("an update of a record that was never saved says what to do", async () => {
  const { player } = world();
  await idle();
  const update = button({ action: "updateRecord", model: { ref: "order" }, record: { expr: "params.id" }, values: { status: "confirmed" } });
  expect(await player.perform(update, "onClick", { ...emptyScope("orders"), params: { id: "new" } })).toBe(false);
  expect(player.messages.list.get()[0]?.text).toBe("Save the record first.");
});

test("a workflow is run with its input", async () => {
  const { player, server } = world(({ path }) => (path === "player/run" ? { run: "1" } : undefined));
  const run = button({ action: "runWorkflow", workflow: { ref: "w1" }, input: { name: { expr: "'Zoë'" } } });
  expect(await player.perform(run, "onClick", emptyScope("orders"))).toBe(true);
  expect(server.to("player/run")[0]?.body).toEqual({ workflow: "w1", input: { name: "Zoë" } });
});

test("a node is busy while its actions are under way", async () => {
  let release = (): void => undefined;
  const { player } = world(({ path }) => (path === "api/Order" ? new Promise((resolve) => (release = () => resolve(CREATED))) : undefined));
  await idle();
  const create = button({ action: "createRecord", model: { ref: "order" }, values: {} });
  const busy = watch(player.isBusy(create));
  const done = player.perform(create, "onClick", emptyScope("orders"));
  await idle();
  expect(busy.now()).toBe(true);
  release();
  await done;
  expect(busy.seen).toEqual([false, true, false]);
});

test("an item of a menu performs its own actions", async () => {
  const { player, at } = world();
  const menu = node("menu", "Menu", "orders", "children", { items: { i1: { order: "a0", label: "Los", actions: { x: { order: "a0", action: "navigate", to: "/los" } } } } });
  expect(await player.performAt(menu, ["items", "i1", "actions"], emptyScope("orders"))).toBe(true);
  expect(at.path).toBe("/los");
});
