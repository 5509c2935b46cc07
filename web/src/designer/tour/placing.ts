/** Where the tour's card stands beside the element that it speaks of, within the window. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** In pixels from the window's upper left corner. */
export interface Spot {
  readonly card: { readonly left: number; readonly top: number };
  readonly ring: Box;
}

const CARD: Size = { width: 320, height: 180 };
const GAP = 12;

/** To the right of the element, else to its left, else above or below, else within it. */
export function place(box: Box, window: Size): Spot {
  const ring = { left: box.left + 2, top: box.top + 2, width: Math.max(box.width - 4, 0), height: Math.max(box.height - 4, 0) };
  const right = box.left + box.width + GAP;
  const left = box.left - CARD.width - GAP;
  const above = box.top - CARD.height - GAP;
  const middle = box.top + box.height / 2 - CARD.height / 2;
  const below = box.top + box.height + GAP;
  const isWide = box.width > window.width / 2 || box.height < 80;
  if (!isWide && right + CARD.width <= window.width) return { card: within(right, middle, window), ring };
  if (!isWide && left >= 0) return { card: within(left, middle, window), ring };
  if (above >= 0) return { card: within(box.left, above, window), ring };
  if (below + CARD.height <= window.height) return { card: within(box.left, below, window), ring };
  return { card: within(box.left + (box.width - CARD.width) / 2, middle, window), ring };
}

function within(left: number, top: number, window: Size): { readonly left: number; readonly top: number } {
  const clamp = (value: number, most: number): number => Math.max(GAP, Math.min(value, most - GAP));
  return { left: clamp(left, window.width - CARD.width), top: clamp(top, window.height - CARD.height) };
}
