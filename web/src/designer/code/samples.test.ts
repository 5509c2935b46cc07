import { describe, expect, it } from "vitest";

import { node, snapshotOf } from "../../preview/core/testing/model";
import { SNAPSHOT, NODES } from "../models/testing";
import { modelsNeeded, samplePlace } from "./samples";

const placeOf = (id: string, ...path: readonly string[]) => {
  const found = SNAPSHOT.node(id);
  return found === undefined ? null : samplePlace(SNAPSHOT, found, path);
};

describe("what an expression outside pages is tried with", () => {
  it("is a record of the field's, the grant's, or the trigger's model", () => {
    expect(placeOf("o4", "computed")).toMatchObject({ record: "order", item: "" });
    expect(placeOf("clerk", "grants", "g1", "filter")).toMatchObject({ record: "order" });
    expect(placeOf("flow", "trigger", "when")).toMatchObject({ record: "order" });
    expect(placeOf("mark", "record")).toMatchObject({ record: "order", item: "", when: "Known when the workflow runs" });
  });

  it("is a record of the query's own model in its filter", () => {
    expect(placeOf("old", "filter")).toMatchObject({ record: "order", item: "order" });
    const lines = node("lines2", "query", "flow", "steps", { name: "l", model: { ref: "line" } }, "a9");
    expect(samplePlace(snapshotOf(...NODES, lines), lines, ["filter"])).toMatchObject({ record: "order", item: "line" });
    expect(samplePlace(snapshotOf(...NODES, lines), lines, ["limit"])).toMatchObject({ item: "" });
  });

  it("is the page's own on a page", () => {
    expect(placeOf("figure", "value")).toBeNull();
  });
});

describe("what can be told before a run", () => {
  const step = { record: "order", item: "line", isAskable: true, when: "" };

  it("is whatever reads records, models and the person", () => {
    expect(modelsNeeded(step, ["record", "models", "user", "enums"])).toEqual({ record: "order", item: "" });
    expect(modelsNeeded(step, ["item", "row"])).toEqual({ record: "", item: "line" });
    expect(modelsNeeded(step, [])).toEqual({ record: "", item: "" });
  });

  it("is no rule of a role about a record and the person: only the server sees both", () => {
    const rule = { ...step, isAskable: false };
    expect(modelsNeeded(rule, ["record", "user"])).toBeNull();
    expect(modelsNeeded(rule, ["record", "enums"])).toEqual({ record: "order", item: "" });
    expect(modelsNeeded(rule, ["user"])).toEqual({ record: "", item: "" });
  });

  it("is nothing that earlier steps, the trigger or a loop gives", () => {
    for (const root of ["steps", "previous", "input", "vars", "error", "event", "one"]) expect(modelsNeeded(step, ["record", root])).toBeNull();
    expect(modelsNeeded({ ...step, record: "" }, ["record"])).toBeNull();
    expect(modelsNeeded({ ...step, item: "" }, ["item"])).toBeNull();
  });
});
