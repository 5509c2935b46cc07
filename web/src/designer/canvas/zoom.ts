/** Zoom and width of the canvas: the numbers of it, and how they are remembered. */

/** Widths that pages are looked at in, in pixels; null follows the panel. */
export type CanvasWidth = number | null;

export interface View {
  readonly width: CanvasWidth;
  /** 1 is the size that people see; null is whatever shows the whole width, as long as it does. */
  readonly zoom: number | null;
}

export const ZOOM_MIN = 0.25;
export const ZOOM_MAX = 4;
export const WIDTH_MIN = 240;
export const WIDTH_MAX = 3840;
/** Pages are made for desks: a narrower panel shows one of this width, smaller, instead of crowding it. */
export const FIT_WIDTH_MIN = 960;

const STEPS = [0.25, 0.33, 0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4] as const;
/** How much one notch of a wheel (100 units) zooms. */
const WHEEL_FACTOR = 0.0016;

export function clampZoom(zoom: number): number {
  return Math.min(Math.max(zoom, ZOOM_MIN), ZOOM_MAX);
}

export function clampWidth(width: number): number {
  return Math.round(Math.min(Math.max(width, WIDTH_MIN), WIDTH_MAX));
}

/** The next larger or smaller of the usual zooms. */
export function stepZoom(zoom: number, step: -1 | 1): number {
  const next = step > 0 ? STEPS.find((value) => value > zoom + 0.001) : STEPS.findLast((value) => value < zoom - 0.001);
  return next ?? clampZoom(zoom);
}

/** The zoom after a turn of the wheel; `delta` in pixels as the browser tells it. */
export function wheelZoom(zoom: number, delta: number): number {
  // One sweep of a free wheel would otherwise leap from one end to the other.
  const turned = Math.min(Math.max(delta, -240), 240);
  return clampZoom(zoom * Math.exp(-turned * WHEEL_FACTOR));
}

/** The width of a page that follows its panel. */
export function fitWidth(available: number): number {
  return Math.max(available, FIT_WIDTH_MIN);
}

/** The largest zoom, 100 % at most, at which a width is seen whole. */
export function zoomToFit(width: number, available: number): number {
  return clampZoom(Math.min(1, Math.floor((available / width) * 100) / 100));
}

/** A view as it was kept; whatever is not one is the usual view. */
export function readView(text: string | null): View {
  const usual: View = { width: null, zoom: null };
  if (text === null) return usual;
  try {
    const { width, zoom } = JSON.parse(text) as Partial<Record<keyof View, unknown>>;
    return {
      width: typeof width === "number" ? clampWidth(width) : null,
      zoom: typeof zoom === "number" && zoom > 0 ? clampZoom(zoom) : null,
    };
  } catch {
    return usual;
  }
}
