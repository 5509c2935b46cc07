import { describe, expect, it } from "vitest";

import type { LiveNode } from "../../model/types";
import { node, snapshotOf } from "../../preview/core/testing/model";
import { changesOf, removalOf } from "./changes";
import { impactQuestion } from "./questions";
import { rewritesFor, variableFault } from "./renaming";
import { rewritesOf } from "./rename";
import { variableSubject } from "./subjects";
import { NODES, REGISTRY } from "./testing";

const action = (id: string, props: Parameters<typeof node>[4]) => ({ [id]: { order: "a0", ...props } });

const MORE = [
  node("bad", "updateRecord", "flow", "steps", { name: "bad", values: { notes: { expr: "steps.old.items.size() > 0 ? steps.check.status : vars.reason" } } }, "a4"),
  node("put", "set", "flow", "steps", { name: "put", variables: { reason: "late", other: { expr: "vars.reason + '!'" } } }, "a5"),
  node("inner", "query", "each", "steps", { name: "inner", model: { ref: "order" }, filter: { expr: "item.customer == one.customer && [1].filter(one, one > 0).size() > 0" } }, "a1"),
  node("flow2", "Workflow", "application", "workflows", { name: "other", trigger: { type: "manual" } }, "a1"),
  node("alike", "condition", "flow2", "steps", { name: "alike", when: { expr: "steps.old.items == vars.reason" } }),
  node("go", "Button", "orders", "children", { label: "Go", onClick: {
    ...action("a1", { action: "navigate", to: "/orders/new" }),
    a2: { order: "a1", action: "setVariable", variable: "status", value: { expr: "vars.search" } },
    a3: { order: "a2", action: "runWorkflow", workflow: { ref: "flow" } },
  } }, "a5"),
  node("menu", "Menu", "customers", "children", { items: { m1: { order: "a0", label: "All", to: "/orders?status=open" }, m2: { order: "a1", label: "One", to: { expr: "'/orders/' + row.id" } } } }),
  node("choose", "Link", "customers", "children", { text: "x", to: { expr: "user.isNew ? '/orders' : '/orders?tab=' + user.tab" } }, "a1"),
];
const ALL = [...NODES, ...MORE];
const SNAPSHOT = snapshotOf(...ALL);

function find(id: string): LiveNode {
  const found = SNAPSHOT.node(id);
  if (found === undefined) throw new Error(`no node ${id}`);
  return found;
}

const afterOf = (id: string, next: string, property = "name") =>
  rewritesFor(SNAPSHOT, find(id), next, property).map((rewrite) => [rewrite.node, rewrite.after]);
const impactsOf = (...ids: readonly string[]) =>
  impactQuestion(SNAPSHOT, REGISTRY, removalOf(SNAPSHOT, ids), new Map())?.impacts.map((impact) => [impact.node, impact.source]) ?? null;

describe("renaming a step", () => {
  it("rewrites `steps` of its own workflow alone", () => {
    expect(afterOf("old", "früher")).toEqual([
      ["each", "steps.früher.items"],
      ["bad", "steps.früher.items.size() > 0 ? steps.check.status : vars.reason"],
    ]);
  });

  it("rewrites the item of a loop among its steps, and no variable of the same name", () => {
    const rewritten = rewritesFor(SNAPSHOT, find("each"), "order", "as");
    expect(rewritten.filter((rewrite) => rewrite.node === "mark").map((rewrite) => rewrite.after)).toContain("order.id");
    expect(rewritten.find((rewrite) => rewrite.node === "inner")?.after).toBe("item.customer == order.customer && [1].filter(one, one > 0).size() > 0");
    expect(rewritten.every((rewrite) => rewrite.isCertain)).toBe(true);
  });
});

describe("renaming a variable", () => {
  it("rewrites the page's expressions, bindings and actions", () => {
    const rewritten = rewritesOf(SNAPSHOT, variableSubject(SNAPSHOT, "orders", "status"), "state");
    expect(rewritten.map((rewrite) => [rewrite.node, rewrite.how, rewrite.after])).toEqual([
      ["orders", "key", "state"],
      ["table", "expression", "vars.state == null || item.status == vars.state"],
      ["choice", "text", "vars.state"],
      ["go", "text", "state"],
    ]);
  });

  it("rewrites those of a workflow, and refuses what is no name", () => {
    const rewritten = rewritesOf(SNAPSHOT, variableSubject(SNAPSHOT, "put", "reason"), "why");
    expect(rewritten.map((rewrite) => [rewrite.node, rewrite.after])).toEqual([
      ["bad", "steps.old.items.size() > 0 ? steps.check.status : vars.why"],
      ["put", "why"],
      ["put", "vars.why + '!'"],
    ]);
    expect(variableFault(SNAPSHOT, "put", "other")).toBe("This name exists.");
    expect(variableFault(SNAPSHOT, "put", "no name")).toContain("Letters");
    expect(variableFault(SNAPSHOT, "put", "why")).toBeNull();
  });
});

describe("renaming an inverse", () => {
  it("rewrites what names the list on the other side", () => {
    expect(afterOf("l1", "items", "inverse")).toContainEqual(["o4", "record.items.map(l, l.price).sum()"]);
  });
});

describe("another path of a page", () => {
  it("takes the links along: texts, texts put together, those with a query, those among conditions", () => {
    expect(afterOf("orders", "/aufträge", "path")).toEqual([
      ["menu", "/aufträge?status=open"],
      ["choose", "user.isNew ? '/aufträge' : '/aufträge?tab=' + user.tab"],
    ]);
    expect(afterOf("detail", "/sales/:order", "path")).toEqual([
      ["go", "/sales/new"],
      ["menu", "'/sales/' + row.id"],
    ]);
  });

  it("comes with the name as long as nobody wrote it by hand", () => {
    expect(afterOf("orders", "Sales")).toEqual(afterOf("orders", "/sales", "path"));
    expect(afterOf("detail", "Sale")).toEqual([]);
  });
});

describe("deleting what only expressions and paths name", () => {
  it("asks for a step, and for a variable that nobody else sets", () => {
    expect(impactsOf("old")).toEqual([["each", "steps.old.items"], ["bad", "steps.old.items.size() > 0 ? steps.check.status : vars.reason"]]);
    expect(impactsOf("old", "each", "bad")).toBeNull();
    expect(impactsOf("put")?.map(([id]) => id)).toEqual(["bad"]);
    expect(impactsOf("make")).toBeNull();
  });

  it("asks for a page that links lead to, and for a workflow that something runs", () => {
    expect(impactsOf("detail")).toEqual([["go", "/orders/new"], ["menu", "'/orders/' + row.id"]]);
    expect(impactsOf("flow")?.map(([id]) => id)).toEqual(["go"]);
    expect(impactsOf("flow2")).toBeNull();
  });

  it("asks for a variable and an inverse that are taken out of their nodes", () => {
    const orders = find("orders");
    const question = impactQuestion(SNAPSHOT, REGISTRY, changesOf(orders, { ...orders.props, variables: { search: "" } }), new Map());
    expect(question).toMatchObject({ title: "Remove the variable status?", isDataSafe: true });
    expect(question?.impacts.map((impact) => impact.node)).toEqual(["table", "choice", "go"]);
    const line = find("l1");
    const { inverse, ...rest } = line.props;
    expect(inverse).toBe("lines");
    expect(impactQuestion(SNAPSHOT, REGISTRY, changesOf(line, rest), new Map())?.impacts.map((impact) => impact.node)).toContain("o4");
  });
});
