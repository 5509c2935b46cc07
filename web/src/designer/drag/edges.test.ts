import { describe, expect, it } from "vitest";

import { edgeStep } from "./edges";

const BOX = { left: 0, right: 200, top: 100, bottom: 500 };

describe("scrolling at the edges of a list during a drag", () => {
  it("does nothing in the middle and outside", () => {
    for (const [clientX, clientY] of [[100, 300], [100, 141], [100, 459], [201, 110], [-1, 110], [100, 99], [100, 501]] as const) {
      expect(edgeStep({ clientX, clientY }, BOX)).toBe(0);
    }
  });

  it("goes up at the upper edge and down at the lower one, faster the nearer to it", () => {
    const at = (clientY: number): number => edgeStep({ clientX: 100, clientY }, BOX);
    expect(at(139)).toBe(-1);
    expect(at(461)).toBe(1);
    expect(at(100)).toBe(-12);
    expect(at(500)).toBe(12);
    expect(at(120)).toBe(-at(480));
  });

  it("has two directions in a list lower than its edges", () => {
    const low = { ...BOX, bottom: 120 };
    expect(edgeStep({ clientX: 100, clientY: 101 }, low)).toBeLessThan(0);
    expect(edgeStep({ clientX: 100, clientY: 119 }, low)).toBeGreaterThan(0);
  });
});
