import { expect, test } from "vitest";

import { node, SCHEMA } from "./testing/model";
import { emptyScope, watch, world } from "./testing/player";
import { idle } from "./testing/server";

const select = (props: Parameters<typeof node>[4]) => node("select", "Select", "detail", "children", props ?? {});
const customers = (...names: readonly string[]) => names.map((name) => ({ id: name.toLowerCase(), "@version": 1, name }));

test("values of an enum and entries of a list are there at once", () => {
  const { player } = world();
  const values = player.choices(select({ options: { expr: "enums.Order.status" } }), emptyScope("orders"), "");
  expect(values.get().choices).toEqual([{ value: "draft", label: "draft" }, { value: "confirmed", label: "confirmed" }]);
  const listed = select({ options: [{ value: "gr", label: "Groß" }, "klein"] });
  expect(player.choices(listed, emptyScope("orders"), "GROSS").get().choices).toEqual([]);
  expect(player.choices(listed, emptyScope("orders"), "groß").get().choices).toEqual([{ value: "gr", label: "Groß" }]);
});

test("records of a model are asked for by the node, named by the chosen label", async () => {
  const { player, server } = world(({ path }) => (path === "player/query" ? { items: customers("Åse", "Öl"), total: 80 } : undefined));
  const state = watch(player.choices(select({ options: { model: { ref: "customer" }, label: { ref: "c1" } } }), emptyScope("orders"), "ö"));
  await idle();
  expect(state.now()).toMatchObject({ state: "ready", hasMore: true, choices: [{ value: "åse", label: "Åse" }, { value: "öl", label: "Öl" }] });
  expect(server.to("player/query")[0]?.body).toMatchObject({ node: "select", path: ["options"], search: "ö", limit: 50 });
});

test("a filter that does not fit the data models is told at the field, and nothing is asked", async () => {
  const { player, server, page } = world(({ path }) => (path === "player/query" ? { items: customers("Öl"), total: 1 } : undefined));
  const of = (expr: string) => watch(player.choices(select({ options: { model: { ref: "customer" }, filter: { expr } } }), page("detail", { id: "r1" }), ""));
  const wrong = of("item.nmae == 'Öl'");
  const other = of("item.name == record.nobody");
  await idle();
  expect(wrong.now()).toMatchObject({ state: "failed", choices: [], error: { code: "expression_name", start: 5, end: 9 } });
  expect(other.now()).toMatchObject({ state: "failed", error: { code: "expression_name", start: 20, end: 26 } });
  expect(server.to("player/query")).toEqual([]);
  const right = of("item.name == 'Öl'");
  await idle();
  expect(right.now()).toMatchObject({ state: "ready", choices: [{ label: "Öl" }] });
});

test("without options a bound field says what there is to choose", async () => {
  const { player, page } = world(({ path }) => {
    if (path === "player/record") return { id: "r1", "@version": 1, customer: "zoë" };
    if (path.startsWith("api/Customer?")) return { items: customers("Åse"), total: 1, next: null };
    return path === "api/Customer/zoë" ? { id: "zoë", "@version": 1, name: "Zoë" } : undefined;
  });
  const scope = page("detail", { id: "r1" });
  const status = watch(player.choices(select({ bind: "record.status" }), scope, ""));
  const customer = watch(player.choices(select({ bind: "record.customer" }), scope, ""));
  await idle(12);
  expect(status.now().choices.map(({ value }) => value)).toEqual(["draft", "confirmed"]);
  // The one that is chosen is listed by its name although it is not among the first.
  expect(customer.now().choices).toEqual([{ value: "zoë", label: "Zoë" }, { value: "åse", label: "Åse" }]);
});

test("references are found by search, and a refusal is a state", async () => {
  const { player, server } = world(({ path }) => (path.startsWith("api/Customer?") ? { status: 403, body: { code: "forbidden", detail: "nein" } } : undefined));
  const state = watch(player.references("customer", "Ü"));
  await idle();
  expect(state.now()).toMatchObject({ state: "failed", error: { code: "forbidden" } });
  expect(server.to("api/Customer?")[0]?.path).toContain("q=Ü");
});

test("while a field is being renamed, records are asked for by its new name", async () => {
  let isRenamed = false;
  const renamed = JSON.parse(JSON.stringify(SCHEMA).replace('"orderNo"', '"orderNumber"'));
  const { player, server } = world(({ path }) => {
    if (path === "player/schema") return isRenamed ? renamed : SCHEMA;
    return path.startsWith("api/Order?") ? { items: [], total: 0, next: null } : undefined;
  });
  const known = watch(player.choices(select({ options: { model: { ref: "customer" } } }), emptyScope("orders"), ""));
  await idle(12);
  isRenamed = true;
  player.onSchema();
  // Asked in the same moment, when only the old schema is known here.
  const asked = watch(player.references("order", ""));
  await idle(12);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const addresses = server.to("api/Order?").map(({ path }) => path);
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.filter((path) => !path.includes("sort=orderNumber"))).toEqual([]);
  asked.stop();
  known.stop();
});
