import { describe, expect, it } from "vitest";

import { dataEffect, impactOf } from "./impact";
import { REGISTRY, SNAPSHOT } from "./testing";

const of = (change: Parameters<typeof impactOf>[2]) => impactOf(SNAPSHOT, REGISTRY, change);

describe("impact", () => {
  it("lists columns, indexes, bindings, expressions and values of a field", () => {
    const nodes = of({ kind: "removeFields", fields: ["o3"] }).map((impact) => `${impact.node}${impact.isByName ? "?" : ""}`);
    expect(new Set(nodes)).toEqual(new Set(["index", "table", "reserve", "figure", "choice", "flow", "check?", "old", "mark", "clerk"]));
    expect(nodes.at(-1)).toBe("check?");
  });

  it("says where, in words", () => {
    const index = of({ kind: "removeFields", fields: ["o3"] }).find((impact) => impact.node === "index");
    expect(index).toMatchObject({ area: "DataModel Order", place: "Fields 1" });
  });

  it("a model takes its own fields along, and names who refers to it", () => {
    const impacts = of({ kind: "removeModel", model: "customer" });
    expect(impacts.map((impact) => impact.node)).toEqual(expect.arrayContaining(["o2", "customerList", "table", "make", "check"]));
    expect(impacts.some((impact) => impact.node === "c1")).toBe(false);
  });

  it("a value of an Enum is found where it is compared or set", () => {
    const nodes = of({ kind: "removeValue", field: "o3", value: "draft" }).map((impact) => impact.node);
    expect(new Set(nodes)).toEqual(new Set(["old", "mark", "clerk"]));
  });

  it("requiring a field names who creates records without it", () => {
    expect(of({ kind: "require", field: "c1" }).map((impact) => impact.node)).toEqual(["make"]);
    expect(of({ kind: "require", field: "c2" })).toEqual([]);
  });

  it("says what happens to the data", () => {
    expect(dataEffect(SNAPSHOT, { kind: "changeType", field: "o5", to: "Integer" }, 3)).toContain("Text that is no number becomes empty, in 3 records");
    expect(dataEffect(SNAPSHOT, { kind: "changeType", field: "l2", to: "Decimal" }, 1)).toContain("all of them fit");
    expect(dataEffect(SNAPSHOT, { kind: "removeFields", fields: ["o5"] }, 0)).toContain("no data is touched");
  });
});
