import { describe, expect, it } from "vitest";

import { rename, rewritesOf } from "./rename";
import { openRoom, propsOf, SNAPSHOT } from "./testing";

const STATUS = { kind: "field", id: "o3", model: "order", name: "status" } as const;

describe("renaming a field", () => {
  const rewrites = rewritesOf(SNAPSHOT, STATUS, "state");
  const at = (node: string) => rewrites.filter((rewrite) => rewrite.node === node);

  it("rewrites the names whose record is of the field's model", () => {
    expect(at("flow")[0]).toMatchObject({ after: "record.state == 'confirmed' && previous.state != 'confirmed'", isCertain: true });
    expect(at("figure")[0]).toMatchObject({ after: "models.Order.filter(o, o.state == 'confirmed').map(o, o.total).sum()" });
    expect(at("clerk")[0]).toMatchObject({ after: "record.state == 'draft'" });
    expect(at("choice")[0]).toMatchObject({ after: "enums.Order.state", isCertain: true });
  });

  it("leaves variables of the same name alone", () => {
    expect(at("table").map((rewrite) => rewrite.after)).toEqual(["vars.status == null || item.state == vars.status"]);
    expect(at("choice").some((rewrite) => rewrite.path[0] === "bind")).toBe(false);
  });

  it("offers what cannot be told as uncertain", () => {
    expect(at("check")).toEqual([expect.objectContaining({ isCertain: false, after: "record.customer.tier == 'gold' && input.state == 'x'" })]);
  });

  it("rewrites sorting, keys of values, and items of a loop", () => {
    expect(at("old").map((rewrite) => rewrite.after)).toEqual(["item.state == 'draft'", "-state"]);
    expect(at("mark").map((rewrite) => [rewrite.how, rewrite.after])).toEqual([
      ["key", "state"],
      ["expression", "one.state == 'draft' ? 'confirmed' : one.state"],
    ]);
    expect(at("reserve")).toEqual([expect.objectContaining({ how: "key", path: ["onClick", "a1", "values", "status"] })]);
  });

  it("is one change, undone in one go", () => {
    const { editor, live, undo } = openRoom();
    const before = JSON.stringify([...live.snapshots.get().nodes.values()]);
    rename(editor, live.snapshots.get(), "o3", { name: "état" }, rewritesOf(live.snapshots.get(), STATUS, "state").filter((rewrite) => rewrite.isCertain));
    expect(propsOf(live, "o3").name).toBe("état");
    expect(propsOf(live, "mark").values).toEqual({ state: { expr: "one.state == 'draft' ? 'confirmed' : one.state" } });
    expect(propsOf(live, "old").sort).toEqual(["-state", "customer.name"]);
    expect(propsOf(live, "check").when).toEqual({ expr: "record.customer.tier == 'gold' && input.status == 'x'" });
    undo.undo();
    expect(JSON.stringify([...live.snapshots.get().nodes.values()])).toBe(before);
  });

  it("rewrites paths through a reference", () => {
    const rewritten = rewritesOf(SNAPSHOT, { kind: "field", id: "c1", model: "customer", name: "name" }, "title");
    expect(rewritten.map((rewrite) => [rewrite.node, rewrite.after])).toEqual([["table", "customer.title"], ["old", "customer.title"]]);
  });
});

describe("renaming a model", () => {
  it("rewrites `models` and `enums`, and no field of the same name", () => {
    const rewrites = rewritesOf(SNAPSHOT, { kind: "model", id: "order", name: "Order" }, "Bestellung");
    expect(rewrites.map((rewrite) => rewrite.after)).toEqual([
      "enums.Bestellung.status",
      "models.Bestellung.filter(o, o.status == 'confirmed').map(o, o.total).sum()",
    ]);
  });
});
