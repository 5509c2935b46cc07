import { describe, expect, it } from "vitest";

import { orderAt } from "./order";
import { compareOrdered, type Ordered } from "./ordered";

const siblings = (...orders: string[]): Ordered[] => orders.map((order, index) => ({ id: `n${index}`, order }));

const place = (sorted: Ordered[], index: number): string[] =>
  [...sorted, { id: "new", order: orderAt(sorted, index) }].sort(compareOrdered).map(({ id }) => id);

describe("order keys", () => {
  it("compare by code unit and not by locale", () => {
    expect(["a0", "Zz", "a0V", "b00"].map((order) => ({ id: order, order })).sort(compareOrdered).map(({ id }) => id)).toEqual(["Zz", "a0", "a0V", "b00"]);
  });

  it("break ties by id", () => {
    expect([{ id: "é", order: "a0" }, { id: "z", order: "a0" }].sort(compareOrdered).map(({ id }) => id)).toEqual(["z", "é"]);
  });

  it("put a new item at each index", () => {
    const sorted = siblings("a0", "a1", "a2");
    expect(place(sorted, 0)).toEqual(["new", "n0", "n1", "n2"]);
    expect(place(sorted, 1)).toEqual(["n0", "new", "n1", "n2"]);
    expect(place(sorted, 3)).toEqual(["n0", "n1", "n2", "new"]);
    expect(orderAt([], 0)).toBe("a0");
  });

  it("put an item behind the whole run of equal keys", () => {
    const sorted = siblings("a0", "a1", "a1", "a1", "a2");
    expect(place(sorted, 2)).toEqual(["n0", "n1", "n2", "n3", "new", "n4"]);
  });

  it("never fail on keys that are none", () => {
    const sorted = siblings("a0", "größe", "~~");
    for (let index = 0; index <= sorted.length; index += 1) expect(orderAt(sorted, index)).toMatch(/^[A-Za-z0-9]+$/u);
  });
});
