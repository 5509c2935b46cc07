import { describe, expect, it } from "vitest";

import { bands, continuous, fitting, linear, ticksOf, wedges } from "./scales";

describe("ticks", () => {
  it("are round, hold every value, and zero", () => {
    expect(ticksOf([3, 17, 22])).toEqual([0, 10, 20, 30]);
    expect(ticksOf([-4, 9])).toEqual([-5, 0, 5, 10]);
    expect(ticksOf([0.1, 0.3])).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticksOf([0])).toEqual([0, 1]);
    expect(ticksOf([1, 0])).toEqual([0, 1]);
    expect(ticksOf([0.5, 1])).toEqual([0, 0.5, 1]);
    expect(ticksOf([])).toEqual([0, 1]);
  });

  it("stay few, however large the values are", () => {
    for (const high of [0.0004, 7, 99, 12_345, 8.4e12]) {
      const ticks = ticksOf([high]);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(high);
    }
  });
});

describe("places", () => {
  it("lie on a line, in the middle where there is but one", () => {
    expect(linear([0, 10], [100, 0])(2.5)).toBe(75);
    expect(linear([4, 4], [0, 100])(4)).toBe(50);
  });

  it("of bands share the width", () => {
    expect(bands(4, 100).map((band) => band.middle)).toEqual([12.5, 37.5, 62.5, 87.5]);
    expect(bands(1, 1000)[0]?.size).toBe(72);
    expect(bands(0, 100)).toEqual([]);
  });

  it("are continuous for numbers and dates only", () => {
    expect(continuous(["1.5", 2])).toEqual([1.5, 2]);
    expect(continuous(["2026-01-02", "2026-01-01"])?.map((place) => place / 86_400_000)).toEqual([20455, 20454]);
    expect(continuous(["größer", 1])).toBeNull();
    expect(continuous([])).toBeNull();
  });
});

describe("wedges", () => {
  it("are shares of the whole; nothing and less than nothing have none", () => {
    expect(wedges([1, 3, 0, -2], 10, 5).map((wedge) => wedge.share)).toEqual([0.25, 0.75, 0, 0]);
    expect(wedges([0, 0], 10, 5).map((wedge) => wedge.path)).toEqual(["", ""]);
  });

  it("of a single group are a whole ring, drawn as two halves", () => {
    expect(wedges([7], 10, 5)[0]?.path.match(/M/gu)).toHaveLength(2);
  });
});

describe("texts", () => {
  it("are cut where they end to fit, never within a character", () => {
    expect(fitting("Größe", 100)).toBe("Größe");
    expect(fitting("😀😀😀😀😀", 20)).toBe("😀😀…");
    expect(fitting("Größe", 5)).toBe("");
  });
});
