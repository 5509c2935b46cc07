import { expect, test } from "vitest";

import { clampWidth, clampZoom, FIT_WIDTH_MIN, fitWidth, readView, stepZoom, wheelZoom, zoomToFit } from "./zoom";

test("zoom stays within its bounds", () => {
  expect(clampZoom(0.1)).toBe(0.25);
  expect(clampZoom(9)).toBe(4);
  expect(stepZoom(4, 1)).toBe(4);
  expect(stepZoom(0.25, -1)).toBe(0.25);
  expect(wheelZoom(4, -100)).toBe(4);
  expect(clampWidth(10)).toBe(240);
});

test("a step leads to the next of the usual zooms, also from between them", () => {
  expect(stepZoom(1, 1)).toBe(1.1);
  expect(stepZoom(1.03, 1)).toBe(1.1);
  expect(stepZoom(1.03, -1)).toBe(1);
});

test("the wheel zooms evenly: there and back is no change", () => {
  expect(wheelZoom(wheelZoom(1, -120), 120)).toBeCloseTo(1);
  expect(wheelZoom(1, -5_000)).toBe(wheelZoom(1, -240));
});

test("a page is made smaller to fit, never larger", () => {
  expect(zoomToFit(1280, 640)).toBe(0.5);
  expect(zoomToFit(390, 640)).toBe(1);
  expect(zoomToFit(3840, 100)).toBe(0.25);
});

test("a page that follows a narrow panel stays a desktop's page", () => {
  expect(fitWidth(1_400)).toBe(1_400);
  expect(fitWidth(612)).toBe(FIT_WIDTH_MIN);
  expect(zoomToFit(fitWidth(612), 612) * fitWidth(612)).toBeLessThanOrEqual(612);
});

test("what was kept and is no view is the usual view", () => {
  expect(readView('{"width":768,"zoom":0.5}')).toEqual({ width: 768, zoom: 0.5 });
  for (const text of [null, "", "[]", "{", '{"width":"x","zoom":-1}', '{"width":null}']) {
    expect(readView(text)).toEqual({ width: null, zoom: null });
  }
  expect(readView("null")).toEqual({ width: null, zoom: null });
});
