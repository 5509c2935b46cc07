import { expect, test } from "vitest";

import { around, between, contains, distance, gapAt, inset, intersects, isOnRim, linesOf, nearest, type Rect, stripsAlong } from "./geometry";

const rect = (left: number, top: number, width: number, height: number): Rect => ({ left, top, width, height });

const COLUMN = [rect(0, 0, 100, 20), rect(0, 30, 100, 20), rect(0, 60, 80, 20)];
const ROW = [rect(0, 0, 40, 20), rect(50, 0, 40, 30), rect(100, 0, 40, 20)];
/** Two lines of a grid with three and two cells. */
const GRID = [rect(0, 0, 40, 20), rect(50, 0, 40, 40), rect(100, 0, 40, 20), rect(0, 50, 40, 20), rect(50, 50, 40, 20)];

test("in a column the halves of the children decide about the gap", () => {
  expect(gapAt(COLUMN, { x: 50, y: -5 }, "column")?.index).toBe(0);
  expect(gapAt(COLUMN, { x: 50, y: 9 }, "column")?.index).toBe(0);
  expect(gapAt(COLUMN, { x: 50, y: 11 }, "column")?.index).toBe(1);
  expect(gapAt(COLUMN, { x: 500, y: 69 }, "column")?.index).toBe(2);
  expect(gapAt(COLUMN, { x: 50, y: 71 }, "column")?.index).toBe(3);
});

test("the line of a gap lies between its neighbours and is as wide as they are", () => {
  expect(gapAt(COLUMN, { x: 0, y: 26 }, "column")?.line).toEqual({ left: 0, top: 23.5, width: 100, height: 3 });
  expect(gapAt(COLUMN, { x: 0, y: 300 }, "column")?.line).toEqual({ left: 0, top: 81.5, width: 80, height: 3 });
});

test("in a row the gap follows the direction of the writing", () => {
  expect(gapAt(ROW, { x: 45, y: 0 }, "row")?.index).toBe(1);
  expect(gapAt(ROW, { x: 45, y: 0 }, "row")?.line).toEqual({ left: 43.5, top: 0, width: 3, height: 30 });
  const mirrored = ROW.toReversed();
  expect(gapAt(mirrored, { x: 139, y: 0 }, "row", true)?.index).toBe(0);
  expect(gapAt(mirrored, { x: 1, y: 0 }, "row", true)?.index).toBe(3);
});

test("in lines that wrap the nearest line comes first", () => {
  expect(gapAt(GRID, { x: 45, y: 10 }, "wrap")?.index).toBe(1);
  expect(gapAt(GRID, { x: 139, y: 10 }, "wrap")?.index).toBe(3);
  expect(gapAt(GRID, { x: 1, y: 60 }, "wrap")?.index).toBe(3);
  expect(gapAt(GRID, { x: 300, y: 300 }, "wrap")?.index).toBe(5);
  expect(linesOf(GRID).map((line) => [line.first, line.rects.length])).toEqual([[0, 3], [3, 2]]);
});

test("a slot without children has no gap", () => {
  expect(gapAt([], { x: 0, y: 0 }, "column")).toBeNull();
  expect(nearest([], { x: 0, y: 0 })).toBe(-1);
  expect(around([])).toBeNull();
});

test("the nearest rectangle is the one beneath the pointer, and of two the upper one", () => {
  expect(nearest(ROW, { x: 70, y: 200 })).toBe(1);
  expect(nearest([rect(0, 0, 10, 10), rect(5, 5, 10, 10)], { x: 7, y: 7 })).toBe(1);
  expect(distance(rect(0, 0, 10, 10), { x: 13, y: 14 })).toBe(5);
});

test("a marquee may be drawn from any corner and takes what it touches", () => {
  const marquee = between({ x: 60, y: 25 }, { x: -5, y: -5 });
  expect(marquee).toEqual({ left: -5, top: -5, width: 65, height: 30 });
  expect(ROW.map((child) => intersects(marquee, child))).toEqual([true, true, false]);
  expect(intersects(rect(0, 0, 10, 10), rect(10, 0, 10, 10))).toBe(false);
  expect(contains(marquee, { x: 60, y: 25 })).toBe(true);
});

test("the rim of a container never takes more than half of it", () => {
  expect(isOnRim(rect(0, 0, 100, 100), { x: 5, y: 50 }, 8)).toBe(true);
  expect(isOnRim(rect(0, 0, 100, 100), { x: 9, y: 50 }, 8)).toBe(false);
  expect(isOnRim(rect(0, 0, 100, 12), { x: 50, y: 4 }, 8)).toBe(false);
});

test("slots that are not drawn share an edge of their container", () => {
  expect(stripsAlong(rect(0, 0, 100, 90), "bottom", 2, 20)).toEqual([rect(0, 70, 50, 20), rect(50, 70, 50, 20)]);
  expect(stripsAlong(rect(0, 0, 100, 30), "top", 1, 20)).toEqual([rect(0, 0, 100, 10)]);
  expect(inset(rect(0, 0, 10, 4), 3)).toEqual({ left: 3, top: 2, width: 4, height: 0 });
});
