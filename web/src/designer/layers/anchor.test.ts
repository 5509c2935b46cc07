import { describe, expect, it } from "vitest";

import { shiftOf } from "./anchor";

const ROWS = ["a", "b", "c", "d", "ü", "f"];

describe("the rows in sight", () => {
  it("move by as many rows as came and went above them", () => {
    expect(shiftOf(ROWS, ["new", "other", ...ROWS], 2, 4)).toBe(2);
    expect(shiftOf(ROWS, ROWS.slice(2), 3, 5)).toBe(-2);
    expect(shiftOf(ROWS, [...ROWS, "new"], 2, 4)).toBe(0);
    expect(shiftOf(ROWS, ["a", "b", "c", "new", "d"], 2, 4)).toBe(0);
  });

  it("are told by the first of them that is left", () => {
    expect(shiftOf(ROWS, ["new", "a", "b", "d", "ü"], 2, 4)).toBe(0);
    expect(shiftOf(ROWS, ["ü", "f"], 2, 4)).toBe(-4);
    expect(shiftOf(ROWS, ["x"], 2, 4)).toBe(0);
    expect(shiftOf(ROWS, ROWS, 0, 99)).toBe(0);
  });
});
