/** The view of the canvas: width and zoom, kept from visit to visit, and what changes them. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Point } from "./geometry";
import type { Surface } from "./surface";
import { type CanvasWidth, clampWidth, clampZoom, fitWidth, readView, stepZoom, type View, wheelZoom, zoomToFit } from "./zoom";

/** Where the view is kept in the browser. */
const KEY = "design-rooms-canvas";
/** Room on both sides of the artboard together, as in canvas.css. */
const MARGIN_PX = 48;

export interface ViewControls {
  readonly width: CanvasWidth;
  readonly zoom: number;
  /** The width of the artboard in its own pixels. */
  readonly layoutWidth: number;
  /** Shows the page in that width, and all of it. */
  readonly setWidth: (width: CanvasWidth) => void;
  /** Makes the page wider or narrower at the zoom that it has, as long as it is seen whole. */
  readonly pullWidth: (width: number) => void;
  /** Zooms around a point of the window, else around the middle of what is seen. */
  readonly setZoom: (zoom: number, at?: Point) => void;
  readonly stepZoom: (step: -1 | 1) => void;
  readonly fit: () => void;
}

export function useView(surface: Surface): ViewControls {
  const [view, setView] = useState<View>(() => readView(localStorage.getItem(KEY)));
  const available = useAvailable(surface);
  const layoutWidth = view.width ?? fitWidth(available);
  const zoom = view.zoom ?? zoomToFit(layoutWidth, available);
  // The point of the page that is to stay under a point of the window.
  const anchor = useRef<{ readonly at: Point; readonly pointer: Point } | null>(null);
  useEffect(() => localStorage.setItem(KEY, JSON.stringify(view)), [view]);
  useLayoutEffect(() => {
    // The artboard has its new size; what was under the pointer goes back there.
    const { viewport } = surface;
    const held = anchor.current;
    anchor.current = null;
    if (held === null || viewport === null) return;
    const board = surface.host?.getBoundingClientRect();
    if (board === undefined) return;
    // A page that is narrower than the view stands in its middle, so its corner has moved as well.
    viewport.scrollBy({ left: board.left + held.at.x * zoom - held.pointer.x, top: board.top + held.at.y * zoom - held.pointer.y, behavior: "instant" });
  }, [surface, zoom]);
  const setZoom = useCallback((wanted: number, at?: Point) => {
    const next = clampZoom(wanted);
    const board = surface.host?.getBoundingClientRect();
    const frame = surface.viewport?.getBoundingClientRect();
    if (board !== undefined && frame !== undefined && next !== zoom) {
      const centre = at ?? { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
      anchor.current = { at: { x: (centre.x - board.left) / zoom, y: (centre.y - board.top) / zoom }, pointer: centre };
    }
    setView((before) => ({ ...before, zoom: next }));
  }, [surface, zoom]);
  const setWidth = useCallback((width: CanvasWidth) => setView({ width: width === null ? null : clampWidth(width), zoom: null }), []);
  const pullWidth = useCallback((width: number) => {
    const next = clampWidth(width);
    setView({ width: next, zoom: next * zoom > available ? null : zoom });
  }, [zoom, available]);
  const step = useCallback((by: -1 | 1) => setZoom(stepZoom(zoom, by)), [setZoom, zoom]);
  const fit = useCallback(() => setView((before) => ({ ...before, zoom: null })), []);
  useWheel(surface, zoom, setZoom);
  return { width: view.width, zoom, layoutWidth, setWidth, pullWidth, setZoom, stepZoom: step, fit };
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
      // A pinch may turn the wheel several times before the page is drawn.
      current.current = next;
      setZoom(next, { x: event.clientX, y: event.clientY });
    };
    viewport.addEventListener("wheel", onWheel, { passive: false });
    return () => viewport.removeEventListener("wheel", onWheel);
  }, [surface, setZoom]);
}
