/**
 * Rectangles on the canvas: which gap a pointer means, where its line is drawn, what a marquee
 * touches. All in one coordinate system of the caller's choice; nothing here knows the page.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How a slot arranges its children: one below the other, side by side, or in lines that wrap. */
export type Flow = "column" | "row" | "wrap";

/** A gap among the children of a slot and the line that stands for it. */
export interface Gap {
  readonly index: number;
  readonly line: Rect;
}

/** How thick an insertion line is, in pixels of the screen. */
const LINE_PX = 3;

export function contains(rect: Rect, point: Point): boolean {
  return point.x >= rect.left && point.x <= rect.left + rect.width && point.y >= rect.top && point.y <= rect.top + rect.height;
}

export function intersects(a: Rect, b: Rect): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
}

/** The rectangle between two corners, whichever they are. */
export function between(a: Point, b: Point): Rect {
  return { left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** The smallest rectangle around all; null around none. */
export function around(rects: readonly Rect[]): Rect | null {
  const first = rects[0];
  if (first === undefined) return null;
  const left = Math.min(...rects.map((rect) => rect.left));
  const top = Math.min(...rects.map((rect) => rect.top));
  const right = Math.max(...rects.map((rect) => rect.left + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.top + rect.height));
  return { left, top, width: right - left, height: bottom - top };
}

export function inset(rect: Rect, by: number): Rect {
  const x = Math.min(by, rect.width / 2);
  const y = Math.min(by, rect.height / 2);
  return { left: rect.left + x, top: rect.top + y, width: rect.width - 2 * x, height: rect.height - 2 * y };
}

/** How far a point is from a rectangle; 0 within it. */
export function distance(rect: Rect, { x, y }: Point): number {
  const dx = Math.max(rect.left - x, 0, x - rect.left - rect.width);
  const dy = Math.max(rect.top - y, 0, y - rect.top - rect.height);
  return Math.hypot(dx, dy);
}

/** The index of the rectangle nearest to a point; -1 among none. The later of two equals wins, as it lies on top. */
export function nearest(rects: readonly Rect[], point: Point): number {
  let best = -1;
  let least = Infinity;
  for (const [index, rect] of rects.entries()) {
    const far = distance(rect, point);
    if (far <= least) {
      least = far;
      best = index;
    }
  }
  return best;
}

/**
 * The gap that a pointer means among the children of a slot, in their order.
 *
 * In lines that wrap, the line nearest to the pointer counts first, and then the place within it.
 */
export function gapAt(children: readonly Rect[], point: Point, flow: Flow, isRightToLeft = false): Gap | null {
  if (children.length === 0) return null;
  if (flow === "column") return gapInColumn(children, point);
  if (flow === "row") return gapInRow(children, 0, point, isRightToLeft);
  const lines = linesOf(children);
  // Only the height counts: a short last line is meant as well from far beside it.
  const heights = lines.map(({ rects }) => around(rects.map((rect) => ({ ...rect, left: point.x, width: 0 }))) ?? rects[0]);
  const line = lines[nearest(heights.filter((rect) => rect !== undefined), point)];
  return line === undefined ? null : gapInRow(line.rects, line.first, point, isRightToLeft);
}

function gapInColumn(children: readonly Rect[], point: Point): Gap {
  const before = children.findIndex((child) => point.y < child.top + child.height / 2);
  const index = before < 0 ? children.length : before;
  const above = children[index - 1];
  const below = children[index];
  const beside = [above, below].filter((rect) => rect !== undefined);
  const left = Math.min(...beside.map((rect) => rect.left));
  const right = Math.max(...beside.map((rect) => rect.left + rect.width));
  const y = middle(above === undefined ? null : above.top + above.height, below === undefined ? null : below.top);
  return { index, line: { left, top: y - LINE_PX / 2, width: right - left, height: LINE_PX } };
}

function gapInRow(children: readonly Rect[], first: number, point: Point, isRightToLeft: boolean): Gap {
  const before = children.findIndex((child) => {
    const centre = child.left + child.width / 2;
    return isRightToLeft ? point.x > centre : point.x < centre;
  });
  const index = before < 0 ? children.length : before;
  const previous = children[index - 1];
  const next = children[index];
  const beside = [previous, next].filter((rect) => rect !== undefined);
  const top = Math.min(...beside.map((rect) => rect.top));
  const bottom = Math.max(...beside.map((rect) => rect.top + rect.height));
  const ending = (rect: Rect): number => (isRightToLeft ? rect.left : rect.left + rect.width);
  const beginning = (rect: Rect): number => (isRightToLeft ? rect.left + rect.width : rect.left);
  const x = middle(previous === undefined ? null : ending(previous), next === undefined ? null : beginning(next));
  return { index: first + index, line: { left: x - LINE_PX / 2, top, width: LINE_PX, height: bottom - top } };
}

// At the ends of a slot the line stands a little outside the first or last child, not on it.
function middle(end: number | null, start: number | null): number {
  if (end === null) return (start ?? 0) - LINE_PX;
  return start === null ? end + LINE_PX : (end + start) / 2;
}

interface Line {
  readonly first: number;
  readonly rects: readonly Rect[];
}

/** Children in lines: a new one begins where a child stands wholly below the line so far. */
export function linesOf(children: readonly Rect[]): readonly Line[] {
  const lines: { first: number; rects: Rect[] }[] = [];
  for (const [index, child] of children.entries()) {
    const line = lines.at(-1);
    const bottom = line === undefined ? -Infinity : Math.min(...line.rects.map((rect) => rect.top + rect.height));
    if (line === undefined || child.top >= bottom - 1) lines.push({ first: index, rects: [child] });
    else line.rects.push(child);
  }
  return lines;
}

/** Whether a pointer means the gap beside a container rather than its inside: the rim of it. */
export function isOnRim(rect: Rect, point: Point, rim: number): boolean {
  // Of a small container most would be rim; half of it is always its inside.
  const x = Math.min(rim, rect.width / 4);
  const y = Math.min(rim, rect.height / 4);
  return point.x < rect.left + x || point.x > rect.left + rect.width - x || point.y < rect.top + y || point.y > rect.top + rect.height - y;
}

/** Strips along the upper or lower edge of a container, one for each slot that is not drawn. */
export function stripsAlong(rect: Rect, edge: "top" | "bottom", count: number, thickness: number): readonly Rect[] {
  const height = Math.min(thickness, rect.height / 3);
  const top = edge === "top" ? rect.top : rect.top + rect.height - height;
  const width = rect.width / Math.max(count, 1);
  return Array.from({ length: count }, (_, index) => ({ left: rect.left + index * width, top, width, height }));
}
