import { describe, expect, it } from "vitest";

import type { Snapshot } from "../../model/snapshot";
import type { JsonObject, LiveNode } from "../../model/types";
import { node, snapshotOf } from "../../preview/core/testing/model";
import { changesOf, isWrittenWhole, removalOf } from "./changes";
import { impactQuestion } from "./questions";
import { rewritesFor } from "./renaming";
import { NODES, REGISTRY, SNAPSHOT } from "./testing";

const NONE: ReadonlyMap<string, number | null> = new Map();
const EMPTY = new Map([["order", 0], ["customer", 0], ["line", 0]]);
const SOME = new Map([["order", 3], ["customer", 2], ["line", 0]]);

function find(id: string): LiveNode {
  const found = SNAPSHOT.node(id);
  if (found === undefined) throw new Error(`no node ${id}`);
  return found;
}

const onRemoval = (ids: readonly string[], counts = NONE, snapshot: Snapshot = SNAPSHOT) => impactQuestion(snapshot, REGISTRY, removalOf(snapshot, ids), counts);
const onEdit = (id: string, props: JsonObject, counts = NONE) => {
  const field = find(id);
  return impactQuestion(SNAPSHOT, REGISTRY, changesOf(field, { ...field.props, ...props }), counts);
};

describe("deleting", () => {
  it("asks nothing for a component or page that nothing refers to", () => {
    expect(onRemoval(["figure"])).toBeNull();
    expect(onRemoval(["detail", "reserve"])).toBeNull();
  });

  it("asks for a page that something outside refers to, and not for what goes with it", () => {
    const linked = snapshotOf(...NODES, node("link", "Button", "orders", "children", { onClick: { a: { order: "a0", action: "navigate", to: { ref: "detail" } } } }));
    expect(onRemoval(["detail"], NONE, linked)?.impacts.map((impact) => impact.node)).toEqual(["link"]);
    expect(onRemoval(["detail", "link"], NONE, linked)).toBeNull();
  });

  it("asks for a field that something uses, or that has data", () => {
    expect(onRemoval(["o3"], EMPTY)).toMatchObject({ title: "Delete status?", confirm: "Delete", isDataSafe: true });
    expect(onRemoval(["o3"], SOME)?.effects).toEqual([expect.stringContaining("3 records")]);
    expect(onRemoval(["o3"], NONE)?.isDataSafe).toBe(false);
  });

  it("asks once for models, fields and components together, without what goes with them", () => {
    const question = onRemoval(["customer", "o3", "figure"], SOME);
    expect(question?.title).toBe("Delete 3 elements?");
    expect(question?.effects).toHaveLength(2);
    expect(question?.impacts.some((impact) => impact.node === "figure")).toBe(false);
  });

  it("asks nothing for an unused field without data", () => {
    const lonely = snapshotOf(...NODES, node("spare", "Field", "order", "fields", { name: "spareWords", type: "Text" }));
    expect(onRemoval(["spare"], EMPTY, lonely)).toBeNull();
  });
});

describe("editing a field", () => {
  it("asks for another type, for a value that goes, and for required and unique, where there is data", () => {
    expect(onEdit("o5", { type: "Integer" }, SOME)?.confirm).toBe("Change to Integer");
    expect(onEdit("o5", { required: true }, SOME)?.confirm).toBe("Make required");
    expect(onEdit("o5", { unique: true }, SOME)?.confirm).toBe("Make unique");
    expect(onEdit("o3", { values: {} }, SOME)?.confirm).toBe("Remove");
    expect(onEdit("o2", { model: { ref: "line" } }, SOME)?.confirm).toBe("Change the model");
  });

  it("asks nothing for titles, for what is taken back, and for a node that is no field", () => {
    expect(onEdit("o5", { title: "Words", required: false, unique: false }, SOME)).toBeNull();
    expect(changesOf(find("figure"), { type: "Text", required: true })).toEqual([]);
  });

  it("asks nothing to make a field unique that has no data", () => {
    expect(onEdit("o5", { unique: true }, EMPTY)).toBeNull();
  });
});

describe("renaming", () => {
  it("offers the rewrites of models and fields, and none for others", () => {
    expect(rewritesFor(SNAPSHOT, find("o3"), "state").length).toBeGreaterThan(0);
    expect(rewritesFor(SNAPSHOT, find("order"), "Purchase").length).toBeGreaterThan(0);
    expect(rewritesFor(SNAPSHOT, find("flow"), "other")).toEqual([]);
  });

  it("is written as a whole, as values of an Enum are", () => {
    expect(isWrittenWhole(SNAPSHOT, find("o3"), ["name"])).toBe(true);
    expect(isWrittenWhole(SNAPSHOT, find("o3"), ["values", "v1", "value"])).toBe(true);
    expect(isWrittenWhole(SNAPSHOT, find("o3"), ["title"])).toBe(false);
    expect(isWrittenWhole(SNAPSHOT, find("flow"), ["name"])).toBe(true);
    expect(isWrittenWhole(SNAPSHOT, find("flow"), ["version"])).toBe(false);
  });
});
