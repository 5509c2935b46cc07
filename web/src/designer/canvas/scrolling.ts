/** Scrolling that goes on by itself while something is held near an edge. */
import type { Point } from "./geometry";

/** How near to an edge scrolling begins, and its greatest speed, in pixels and pixels a frame. */
const EDGE_PX = 48;
const SPEED_MAX_PX = 16;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How far to scroll in one frame; the nearer to the edge, the faster. */
export function edgeSpeed(frame: Frame, point: Point): Point {
  return { x: along(point.x, frame.left, frame.right), y: along(point.y, frame.top, frame.bottom) };
}

function along(at: number, start: number, end: number): number {
  const edge = Math.min(EDGE_PX, (end - start) / 4);
  const speed = (depth: number): number => Math.ceil(Math.min(depth / edge, 1) * SPEED_MAX_PX);
  if (at < start + edge) return -speed(start + edge - at);
  return at > end - edge ? speed(at - end + edge) : 0;
}
