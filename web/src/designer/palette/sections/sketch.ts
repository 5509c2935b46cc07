/** What a section's small picture is drawn of, on a field of 72 by 44. */

/**
 * - `card`: an outlined area; `line`: words; `title`: words that stand out; `field`: something to fill in;
 * - `button` and `chosen`: what is pressed, and what is pressed first; `bar`: a number as a shape; `dot`: a step.
 */
export type MarkKind = "card" | "line" | "title" | "field" | "button" | "chosen" | "bar" | "dot";

export type Mark = readonly [kind: MarkKind, x: number, y: number, width: number, height: number];

export const SKETCH_WIDTH = 72;
export const SKETCH_HEIGHT = 44;

/** Lines of words beneath each other. */
export function lines(x: number, y: number, width: number, count: number, step = 6): readonly Mark[] {
  return Array.from({ length: count }, (_, index): Mark => ["line", x, y + index * step, index === count - 1 ? width * 0.7 : width, 2]);
}

/** Bars from a common ground, as a chart has them. */
export function bars(x: number, ground: number, heights: readonly number[]): readonly Mark[] {
  return heights.map((height, index): Mark => ["bar", x + index * 6, ground - height, 4, height]);
}

/** Rows of a table: cells in columns of equal width. */
export function rows(x: number, y: number, width: number, count: number, columns: number): readonly Mark[] {
  return Array.from({ length: count * columns }, (_, index): Mark => {
    const column = index % columns;
    const row = Math.floor(index / columns);
    return ["line", x + (column * width) / columns, y + row * 6, width / columns - 4, 2];
  });
}
