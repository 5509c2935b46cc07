import { describe, expect, it } from "vitest";

import { Snapshot } from "../../model/snapshot";
import type { JsonObject, LiveNode } from "../../model/types";
import { changedProps } from "./compare";

function model(nodes: Readonly<Record<string, JsonObject>>): Snapshot {
  const members = Object.entries(nodes).map(([id, props]): [string, LiveNode] => [id, { id, type: "Text@1", place: null, props }]);
  return new Snapshot({}, new Map(members));
}

describe("what a revision changed of a node", () => {
  const before = model({ a: { text: "Größe", style: { gap: 1 } }, b: { text: "b" }, gone: { text: "x" } });

  it("is what was set, taken away, or is another value within", () => {
    const after = model({ a: { label: "😀", style: { gap: 2 } }, b: { text: "b" }, made: { text: "y" } });
    expect(changedProps(before, after, ["a", "b", "made", "gone"])).toEqual(new Map([["a", new Set(["text", "style", "label"])]]));
  });

  it("is nothing where only others changed or the node was moved", () => {
    const after = model({ a: { text: "else", style: { gap: 1 } }, b: { text: "b" } });
    expect(changedProps(before, after, ["b"]).size).toBe(0);
  });
});
