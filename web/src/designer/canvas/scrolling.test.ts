import { expect, test } from "vitest";

import { edgeSpeed } from "./scrolling";

const frame = { left: 0, top: 0, right: 400, bottom: 600 };

test("in the middle nothing scrolls", () => {
  expect(edgeSpeed(frame, { x: 200, y: 300 })).toEqual({ x: 0, y: 0 });
  expect(edgeSpeed(frame, { x: 48, y: 552 })).toEqual({ x: 0, y: 0 });
});

test("the nearer to an edge, the faster, and beyond it at full speed", () => {
  expect(edgeSpeed(frame, { x: 200, y: 24 })).toEqual({ x: 0, y: -8 });
  expect(edgeSpeed(frame, { x: 399, y: 900 })).toEqual({ x: 16, y: 16 });
  expect(edgeSpeed(frame, { x: -50, y: 300 })).toEqual({ x: -16, y: 0 });
});

test("in a small frame the edges leave room between them", () => {
  expect(edgeSpeed({ left: 0, top: 0, right: 40, bottom: 40 }, { x: 20, y: 20 })).toEqual({ x: 0, y: 0 });
});
