import { describe, expect, it } from "vitest";

import { PAGE, put, STACK, world } from "../../model/testing/fixtures";
import { ROOT } from "../../model/types";
import { carriedOver } from "./landing";

function scene() {
  const one = world();
  const page = put(one, PAGE, ROOT, "pages");
  const [a, b, c] = [put(one, STACK, page, "children"), put(one, STACK, page, "children"), put(one, STACK, page, "children")] as const;
  return { one, page, a, b, c, shown: one.live.snapshots.get() };
}

describe("the gap that was shown", () => {
  it("stays behind the same neighbour while others put something in above it", () => {
    const { one, page, shown } = scene();
    one.editor.create(STACK, shown, page, "children", 0);
    const target = { parent: page, slot: "children", index: 2 };
    expect(carriedOver(target, shown, shown)).toBe(target);
    expect(carriedOver(target, shown, one.live.snapshots.get())).toEqual({ ...target, index: 3 });
  });

  it("keeps to the next neighbour that is left, before it and then behind it", () => {
    const { one, page, a, b, c, shown } = scene();
    const at = (index: number) => carriedOver({ parent: page, slot: "children", index }, shown, one.live.snapshots.get()).index;
    one.editor.removeAll([b]);
    expect([at(0), at(1), at(2), at(3)]).toEqual([0, 1, 1, 2]);
    one.editor.removeAll([a]);
    expect([at(0), at(1), at(2), at(3)]).toEqual([0, 0, 0, 1]);
    one.editor.removeAll([c]);
    expect([at(0), at(3)]).toEqual([0, 0]);
  });
});
