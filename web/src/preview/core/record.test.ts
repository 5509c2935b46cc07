import { expect, test } from "vitest";

import type { Resolved } from "../../library/runtime";
import type { Json, JsonObject } from "../../model/types";
import { Store } from "../../shared/store";
import { EditedRecord, type RecordParts } from "./record";
import { watch, world, type World } from "./testing/player";
import type { Answer, Asked } from "./testing/server";
import { idle } from "./testing/server";

/** A server that keeps one order and checks versions as the real one does. */
function keeping(values: JsonObject = { orderNo: "A-1", notes: "grün", customer: { id: "c1", name: "Åse" } }) {
  const kept = { version: 1, values: { ...values } as Record<string, Json> };
  const record = (): JsonObject => ({ id: "r1", "@version": kept.version, ...kept.values });
  const answer = ({ method, path, body, headers }: Asked): Answer => {
    if (path === "player/record" || (method === "GET" && path.startsWith("api/Order/r1"))) return record();
    if (method === "POST" && path === "api/Order") {
      if (body.orderNo === "") return undefined;
      kept.values = { ...body };
      return { status: 201, body: { ...record(), id: "r1" } };
    }
    if (method !== "PATCH") return undefined;
    if (headers["If-Match"] !== `"${kept.version}"`) return { status: 412, body: { code: "record_conflict", detail: "changed meanwhile" } };
    if (body.orderNo === "A-2") return { status: 422, body: { code: "record_invalid", detail: "not valid", errors: [{ field: "orderNo", code: "unique", message: "is taken" }] } };
    Object.assign(kept.values, body);
    kept.version += 1;
    return record();
  };
  const elsewhere = (change: JsonObject): void => {
    Object.assign(kept.values, change);
    kept.version += 1;
  };
  return { kept, answer, elsewhere };
}

async function opened(made: ReturnType<typeof keeping>, id = "r1") {
  const it: World = world(made.answer);
  it.at.path = `/orders/${id}`;
  const scope = it.page("detail", { id });
  const record = scope.record;
  if (record === null) throw new Error("the page has no record");
  const state = watch(record.state);
  await idle();
  return { ...it, scope, record, state };
}

test("the record of a page is loaded with what its node's expressions read", async () => {
  const { server, state, record } = await opened(keeping());
  expect(server.to("player/record")[0]?.body).toMatchObject({ node: "detail", record: "r1" });
  expect(state.now()).toMatchObject({ state: "ready", isNew: false, isDirty: false, values: { orderNo: "A-1" } });
  expect(record.model?.name).toBe("Order");
});

test("drafts are kept here, and only they are sent, with the version that they are over", async () => {
  const { server, record, state } = await opened(keeping());
  record.edit("notes", "rot");
  expect(state.now()).toMatchObject({ isDirty: true, values: { notes: "rot", orderNo: "A-1" } });
  expect(server.asked.filter(({ method }) => method === "PATCH")).toHaveLength(0);
  expect(await record.save()).toBe(true);
  const [sent] = server.asked.filter(({ method }) => method === "PATCH");
  expect(sent?.body).toEqual({ notes: "rot" });
  expect(sent?.headers["If-Match"]).toBe('"1"');
  await idle();
  expect(state.now()).toMatchObject({ isDirty: false, saved: { version: 2, values: { notes: "rot", customer: { name: "Åse" } } } });
});

test("a draft that goes back to what is saved is none", async () => {
  const { record, state } = await opened(keeping());
  record.edit("notes", "rot");
  record.edit("notes", "grün");
  expect(state.now().isDirty).toBe(false);
  record.edit("customer", "c1");
  expect(state.now().isDirty).toBe(false);
});

test("what the server says of a field is said at the field until it is edited", async () => {
  const { record, state } = await opened(keeping());
  record.edit("orderNo", "A-2");
  expect(await record.save()).toBe(false);
  expect(state.now()).toMatchObject({ isDirty: true, isSaving: false, fieldErrors: { orderNo: "Is taken." }, error: null });
  record.edit("orderNo", "A-3");
  expect(state.now().fieldErrors).toEqual({});
  expect(await record.save()).toBe(true);
});

test("somebody else's change of another field is no conflict", async () => {
  const made = keeping();
  const { record, state, player } = await opened(made);
  record.edit("notes", "rot");
  made.elsewhere({ orderNo: "A-9" });
  expect(await record.save()).toBe(true);
  expect(made.kept.values).toMatchObject({ notes: "rot", orderNo: "A-9" });
  made.elsewhere({ orderNo: "A-10" });
  player.onRecords(new Set(["order"]));
  await idle();
  expect(state.now().values.orderNo).toBe("A-10");
});

test("a change of the same field keeps the draft and says so; saving again replaces it", async () => {
  const made = keeping();
  const { record, state } = await opened(made);
  record.edit("notes", "rot");
  made.elsewhere({ notes: "blau" });
  expect(await record.save()).toBe(false);
  expect(state.now()).toMatchObject({ isDirty: true, values: { notes: "rot" }, error: { code: "record_conflict" } });
  expect(state.now().fieldErrors.notes).toContain("“blau”");
  expect(await record.save()).toBe(true);
  expect(made.kept.values.notes).toBe("rot");
});

test("a new record begins with its defaults, and its page gets its address", async () => {
  const { record, state, server, at } = await opened(keeping(), "new");
  expect(state.now()).toMatchObject({ state: "ready", isNew: true, isDirty: false, values: { status: "draft" } });
  record.edit("orderNo", "Ö-1");
  expect(await record.save()).toBe(true);
  const [created] = server.asked.filter(({ method, path }) => method === "POST" && path === "api/Order");
  expect(created?.body).toEqual({ orderNo: "Ö-1" });
  expect(created?.headers["Idempotency-Key"]).toMatch(/^[0-9a-f]{32}$/u);
  expect(at.path).toBe("/orders/r1");
});

test("a lost answer to a creation is asked for again under the same key", async () => {
  const made = keeping();
  const it = await opened(made, "new");
  it.record.edit("orderNo", "Ö-2");
  it.server.isAway = true;
  expect(await it.record.save()).toBe(false);
  expect(it.state.now()).toMatchObject({ isDirty: true, error: { code: "unreachable" } });
  it.server.isAway = false;
  expect(await it.record.save()).toBe(true);
  const keys = new Set(it.server.asked.filter(({ path }) => path === "api/Order").map(({ headers }) => headers["Idempotency-Key"]));
  expect(keys.size).toBe(1);
});

test("pressed twice it saves once", async () => {
  const { record, server } = await opened(keeping());
  record.edit("notes", "rot");
  expect(await Promise.all([record.save(), record.save()])).toEqual([true, true]);
  expect(server.asked.filter(({ method }) => method === "PATCH")).toHaveLength(1);
});

test("a record that is not there is missing, and a failed answer is a failure", async () => {
  let status = 404;
  const it = world(({ path }) => (path === "player/record" ? { status, body: { code: status === 404 ? "record_not_found" : "internal", detail: "weg" } } : undefined));
  const missing = watch((it.page("detail", { id: "x" }).record as NonNullable<ReturnType<World["page"]>["record"]>).state);
  await idle();
  expect(missing.now().state).toBe("missing");
  status = 500;
  const failed = watch((it.page("detail", { id: "y" }).record as NonNullable<ReturnType<World["page"]>["record"]>).state);
  await idle();
  expect(failed.now()).toMatchObject({ state: "failed", error: { code: "internal" } });
});

test("discarding goes back to what is saved", async () => {
  const { record, state } = await opened(keeping());
  record.edit("notes", "rot");
  record.discard();
  expect(state.now()).toMatchObject({ isDirty: false, values: { notes: "grün" } });
});

test("what is typed before it is known which record this is stays", () => {
  const id = new Store<Resolved>({ state: "pending" });
  const parts = { id, model: "m", defaults: () => ({ status: "draft" }), schema: new Store({ models: new Map() }) };
  const record = new EditedRecord(parts as unknown as RecordParts);
  const state = watch(record.state);
  record.edit("orderNo", "Ö-1");
  expect(state.now()).toMatchObject({ state: "pending", values: { orderNo: "Ö-1" } });
  id.set({ state: "ready", value: "new" });
  expect(state.now()).toMatchObject({ state: "ready", isNew: true, isDirty: true, values: { orderNo: "Ö-1", status: "draft" } });
  // It was for that record: another one does not begin with it.
  record.edit("notes", "grün");
  id.set({ state: "pending" });
  expect(state.now().values).toEqual({});
});

test("who comes back to create another record finds an empty one", async () => {
  const { page, record, state } = await opened(keeping({}), "new");
  record.edit("orderNo", "Ö-1");
  expect(await record.save()).toBe(true);
  expect(state.now()).toMatchObject({ isNew: false });
  const again = page("detail", { id: "new" }).record;
  expect(again?.state.get()).toMatchObject({ isNew: true, isDirty: false });
  expect(again?.state.get().values.orderNo).toBeUndefined();
});
