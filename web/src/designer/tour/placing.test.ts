import { describe, expect, it } from "vitest";

import { place } from "./placing";

const WINDOW = { width: 1280, height: 800 };

describe("the tour's card", () => {
  it("stands to the right of a panel at the left, and to the left of one at the right", () => {
    expect(place({ left: 44, top: 44, width: 264, height: 720 }, WINDOW).card.left).toBe(320);
    expect(place({ left: 968, top: 44, width: 312, height: 720 }, WINDOW).card.left).toBe(968 - 332);
  });

  it("stands above a bar at the foot and below a button at the top", () => {
    expect(place({ left: 0, top: 772, width: 1280, height: 28 }, WINDOW).card.top).toBe(772 - 192);
    const button = place({ left: 1172, top: 7, width: 96, height: 30 }, WINDOW);
    expect(button.card.top).toBe(49);
    expect(button.card.left + 320).toBeLessThanOrEqual(WINDOW.width);
  });

  it("stays within the window, whatever is pointed at", () => {
    for (const box of [{ left: -500, top: -500, width: 10, height: 10 }, { left: 0, top: 0, width: 1280, height: 800 }, { left: 2000, top: 2000, width: 5, height: 500 }]) {
      const { card } = place(box, WINDOW);
      expect(card.left).toBeGreaterThanOrEqual(0);
      expect(card.top).toBeGreaterThanOrEqual(0);
      expect(card.left + 320).toBeLessThanOrEqual(WINDOW.width);
      expect(card.top + 180).toBeLessThanOrEqual(WINDOW.height);
    }
  });
});
