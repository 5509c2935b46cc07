/** The view of the canvas: width and zoom, kept from visit to visit, and what changes them. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Point } from "./geometry";
import type { Surface } from "./surface";
import { type CanvasWidth, clampWidth, clampZoom, readView, shiftForZoom, stepZoom, type View, wheelZoom, zoomToFit } from "./zoom";

/** Where the view is kept in the browser. */
const KEY = "design-rooms-canvas";
/** Room on both sides of the artboard together, as in canvas.css. */
const MARGIN_PX = 48;

export interface ViewControls extends View {
  /** The width of the artboard in its own pixels. */
  readonly layoutWidth: number;
  readonly setWidth: (width: CanvasWidth) => void;
  /** Zooms around a point of the window, else around the middle of what is seen. */
  readonly setZoom: (zoom: number, at?: Point) => void;
  readonly stepZoom: (step: -1 | 1) => void;
  readonly fit: () => void;
}

export function useView(surface: Surface): ViewControls {
  const [view, setView] = useState<View>(() => readView(localStorage.getItem(KEY)));
  const available = useAvailable(surface);
  const layoutWidth = view.width ?? Math.max(available, 240);
  const anchor = useRef<{ readonly at: Point; readonly zoom: number } | null>(null);
  useEffect(() => localStorage.setItem(KEY, JSON.stringify(view)), [view]);
  useLayoutEffect(() => {
    // The artboard has its new size; what was under the pointer goes back there.
    const { viewport } = surface;
    const held = anchor.current;
    anchor.current = null;
    if (held === null || viewport === null) return;
    const shift = shiftForZoom(held.at, held.zoom, view.zoom);
    viewport.scrollBy({ left: shift.x, top: shift.y, behavior: "instant" });
  }, [surface, view.zoom]);
  const setZoom = useCallback((zoom: number, at?: Point) => {
    setView((before) => {
      const next = clampZoom(zoom);
      const board = surface.host?.getBoundingClientRect();
      const frame = surface.viewport?.getBoundingClientRect();
      if (board !== undefined && frame !== undefined && next !== before.zoom) {
        const centre = at ?? { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
        anchor.current = { at: { x: centre.x - board.left, y: centre.y - board.top }, zoom: before.zoom };
      }
      return { ...before, zoom: next };
    });
  }, [surface]);
  const setWidth = useCallback((width: CanvasWidth) => {
    // A width that would not be seen whole is shown smaller, as one chooses it to see it.
    setView(({ zoom }) => (width === null ? { width, zoom: 1 } : { width: clampWidth(width), zoom: width * zoom > available ? zoomToFit(width, available) : zoom }));
  }, [available]);
  const step = useCallback((by: -1 | 1) => setZoom(stepZoom(view.zoom, by)), [setZoom, view.zoom]);
  const fit = useCallback(() => setZoom(zoomToFit(layoutWidth, available)), [setZoom, layoutWidth, available]);
  useWheel(surface, view.zoom, setZoom);
  return { ...view, layoutWidth, setWidth, setZoom, stepZoom: step, fit };
}

/** The room for the artboard without its margins. */
function useAvailable(surface: Surface): number {
  const [available, setAvailable] = useState(0);
  useLayoutEffect(() => {
    const { viewport } = surface;
    if (viewport === null) return undefined;
    const measure = (): void => setAvailable(viewport.clientWidth - MARGIN_PX);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(viewport);
    return () => observer.disconnect();
  }, [surface]);
  return available;
}

// React listens to wheels passively, and could not keep the browser from zooming the whole tool.
function useWheel(surface: Surface, zoom: number, setZoom: (zoom: number, at?: Point) => void): void {
  const current = useRef(zoom);
  useLayoutEffect(() => {
    current.current = zoom;
  }, [zoom]);
  useEffect(() => {
    const { viewport } = surface;
    if (viewport === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const next = wheelZoom(current.current, event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY);
      setZoom(next, { x: event.clientX, y: event.clientY });
    };
    viewport.addEventListener("wheel", onWheel, { passive: false });
    return () => viewport.removeEventListener("wheel", onWheel);
  }, [surface, setZoom]);
}
