import { expect, test } from "vitest";

import type { DataRecord } from "../../library/runtime";
import { node } from "./testing/model";
import { emptyScope, watch, world } from "./testing/player";
import { idle } from "./testing/server";

const SAVED = { id: "r1", "@version": 4, orderNo: "A", notes: "alt", customer: { id: "c1", name: "Åse" } };
const bound = (bind: string, parent = "detail", more = {}) => node(`f-${bind}`, "TextField", parent, "children", { bind, ...more });

async function opened(...more: Parameters<typeof world>[1][]) {
  const nodes = more.filter((each) => each !== undefined);
  const it = world(({ path, method }) => (path === "player/record" ? SAVED : method === "PATCH" ? { ...SAVED, "@version": 5, notes: "neu" } : undefined), ...nodes);
  const scope = it.page("detail", { id: "r1" });
  scope.record?.state.subscribe(() => undefined);
  await idle();
  return { ...it, scope };
}

test("a field of the record shows its value, a reference its id, and edits a draft", async () => {
  const { player, scope } = await opened();
  const notes = player.binding(bound("record.notes"), scope);
  expect(notes?.value.get()).toBe("alt");
  expect(notes?.field?.type).toBe("Text");
  notes?.set("Größe");
  expect(notes?.value.get()).toBe("Größe");
  expect(scope.record?.state.get().isDirty).toBe(true);
  expect(player.binding(bound("record.customer"), scope)?.value.get()).toBe("c1");
  expect(player.binding(bound("record.customer.name"), scope)?.isReadOnly).toBe(true);
});

test("a field within a form waits for the form, one outside is saved when it is left", async () => {
  const outside = bound("record.notes");
  const { player, scope, server, node: drawn } = await opened(outside);
  const inside = player.binding(drawn("notes"), scope);
  inside?.set("neu");
  inside?.commit();
  await idle();
  expect(server.asked.some(({ method }) => method === "PATCH")).toBe(false);
  player.binding(outside, scope)?.commit();
  await idle();
  expect(server.asked.find(({ method }) => method === "PATCH")?.body).toEqual({ notes: "neu" });
});

test("computed fields and what the role may not change are read-only", async () => {
  const { player, scope } = await opened();
  expect(player.binding(bound("record.total"), scope)?.isReadOnly).toBe(true);
  expect(player.binding(bound("record.notes"), scope)?.isReadOnly).toBe(false);
  expect(player.binding(bound("record.notes", "detail", { readOnly: true }), scope)?.isReadOnly).toBe(true);
});

test("a variable is set at once, for its page only", async () => {
  const { player, page } = await opened();
  const search = player.binding(bound("vars.search", "orders"), page("orders"));
  expect(search?.value.get()).toBe("");
  search?.set("Zoë");
  expect(search?.value.get()).toBe("Zoë");
  expect(player.binding(bound("vars.search", "customers"), page("customers"))?.value.get()).toBe(null);
});

test("a field of an item is saved when it is left, and says what was wrong", async () => {
  let status = 422;
  const { player, server } = world(({ method }) =>
    method !== "PATCH" ? undefined : status === 200 ? { id: "r1", "@version": 2, notes: "neu" } : { status, body: { code: "record_invalid", detail: "x", errors: [{ field: "notes", code: "length", message: "zu lang" }] } },
  );
  await idle();
  const item: DataRecord = { id: "r1", model: "order", version: 1, values: { notes: "alt" } };
  const notes = player.binding(bound("item.notes"), { ...emptyScope("orders"), item });
  notes?.set("neu");
  expect(server.to("api/")).toHaveLength(0);
  notes?.commit();
  await idle();
  expect(notes?.error.get()).toBe("Zu lang.");
  expect(notes?.value.get()).toBe("neu");
  status = 200;
  notes?.commit();
  await idle();
  expect(notes?.error.get()).toBe(null);
  const fresh: DataRecord = { ...item, version: 3, values: { notes: "von anderen" } };
  expect(watch((player.binding(bound("item.notes"), { ...emptyScope("orders"), item: fresh }) as NonNullable<typeof notes>).value).now()).toBe("von anderen");
});

test("what is bound to nothing that is there has no binding", async () => {
  const { player } = await opened();
  expect(player.binding(bound("record.notes"), emptyScope("orders"))).toBe(null);
  expect(player.binding(bound("item.notes"), emptyScope("orders"))).toBe(null);
  expect(player.binding(node("x", "TextField", "orders", "children", {}), emptyScope("orders"))).toBe(null);
});
