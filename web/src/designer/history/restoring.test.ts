import { describe, expect, it } from "vitest";

import { Snapshot } from "../../model/snapshot";
import { type JsonObject, type LiveNode, type Place, ROOT } from "../../model/types";
import { hasItsSource } from "./pastRuntime";
import { comingBack, modelChanges, newKey } from "./restoring";

const node = (id: string, type: string, place: Place | null, props: JsonObject = {}): LiveNode => ({ id, type: `${type}@1`, place, props });
const model = (id: string, place: Place | null = [ROOT, "dataModels", "a0"]): LiveNode => node(id, "DataModel", place, { name: id });
const field = (id: string, owner: string, props: JsonObject, isGone = false): LiveNode =>
  node(id, "Field", isGone ? null : [owner, "fields", "a0"], { name: id, ...props });
const snapshot = (...nodes: readonly LiveNode[]): Snapshot => new Snapshot({}, new Map(nodes.map((one) => [one.id, one])));

describe("restoring beside data models", () => {
  it("tells which models and fields go, and what becomes of those that stay", () => {
    const now = snapshot(model("Größe"), field("a", "Größe", { type: "Text" }), field("b", "Größe", { type: "Text" }), model("Neu"), field("c", "Neu", { type: "Text" }));
    const past = snapshot(model("Größe"), field("a", "Größe", { type: "Integer", required: true }), field("b", "Größe", {}, true));
    expect(modelChanges(now, past)).toEqual([
      { model: "Größe", change: { kind: "removeFields", fields: ["b"] } },
      { model: "Größe", change: { kind: "changeType", field: "a", to: "Integer" } },
      { model: "Größe", change: { kind: "require", field: "a" } },
      { model: "Neu", change: { kind: "removeModel", model: "Neu" } },
    ]);
    expect(modelChanges(now, now)).toEqual([]);
  });

  it("tells what is there again, a model with its fields as one", () => {
    const past = snapshot(model("M"), field("a", "M", {}), model("N"), field("b", "N", {}));
    const now = snapshot(model("M"), field("a", "M", {}, true), model("N", null), field("b", "N", {}));
    expect(comingBack(now, past).map(({ id }) => id)).toEqual(["N", "a"]);
    expect(comingBack(past, past)).toEqual([]);
  });

  it("names each request otherwise, in bytes that a header takes", () => {
    expect(newKey()).toMatch(/^[a-z2-7]{20}$/u);
    expect(newKey()).not.toBe(newKey());
  });
});

describe("today's records in a page of then", () => {
  const place: Place = [ROOT, "pages", "a0"];
  const table = (filter: string): LiveNode => node("t", "Table", place, { dataSource: { model: { ref: "m" }, filter: { expr: filter } }, title: "é" });

  it("are those of a source that is as it was", () => {
    expect(hasItsSource(table("a"), snapshot({ ...table("a"), props: { ...table("a").props, title: "ß" } }))).toBe(true);
    expect(hasItsSource(table("a"), snapshot(table("b")))).toBe(false);
    expect(hasItsSource(table("a"), snapshot())).toBe(false);
    expect(hasItsSource(table("a"), snapshot({ ...table("a"), place: null }))).toBe(false);
  });
});
