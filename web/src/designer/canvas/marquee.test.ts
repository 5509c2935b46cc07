import { expect, test } from "vitest";

import type { Rect } from "./geometry";
import { touchedBy } from "./marquee";

const rect = (left: number, top: number, width: number, height: number): Rect => ({ left, top, width, height });

const CHILDREN: Readonly<Record<string, readonly string[]>> = { page: ["heading", "card", "hidden"], card: ["a", "b"], a: [], b: [] };
const RECTS: Readonly<Record<string, Rect>> = {
  heading: rect(0, 0, 200, 20), card: rect(0, 30, 200, 100), a: rect(10, 40, 80, 30), b: rect(110, 40, 80, 30),
};
const level = { childrenOf: (id: string) => CHILDREN[id] ?? [], rectOf: (id: string) => RECTS[id] ?? null };

test("a marquee takes what it touches of the page", () => {
  expect(touchedBy(rect(-5, 10, 60, 60), "page", level)).toEqual(["heading", "card"]);
  expect(touchedBy(rect(300, 0, 10, 10), "page", level)).toEqual([]);
});

test("within one container it takes what is in it", () => {
  expect(touchedBy(rect(80, 60, 60, 60), "page", level)).toEqual(["a", "b"]);
  expect(touchedBy(rect(5, 100, 20, 20), "page", level)).toEqual(["card"]);
});

test("a marquee that reaches beyond the container takes the container", () => {
  expect(touchedBy(rect(80, 60, 300, 60), "page", level)).toEqual(["card"]);
});
