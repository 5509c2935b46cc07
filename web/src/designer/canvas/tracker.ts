/**
 * Keeps marks at the nodes that they belong to, whatever moves them.
 *
 * All marks are measured together once a frame and written afterwards, outside of React: an edit,
 * a scroll or a stranger's cursor costs a handful of reads and never a redraw of the canvas.
 */
import { createContext, useContext, useEffect, useLayoutEffect, useRef } from "react";

import type { Rect } from "./geometry";
import type { Surface } from "./surface";

/** Places a mark; `rect` is null while its node is not drawn. */
export type Place = (rect: Rect | null) => void;

interface Tracked {
  readonly id: () => string | null;
  readonly place: Place;
}

/** Tables scroll by themselves, pictures take their room when they arrive, and what comes near is laid out only then. */
const MOVING = ["scroll", "load", "contentvisibilityautostatechange"] as const;

export class Tracker {
  readonly surface: Surface;
  readonly #tracked = new Set<Tracked>();
  #frame = 0;

  constructor(surface: Surface) {
    this.surface = surface;
  }

  track(id: () => string | null, place: Place): () => void {
    const tracked = { id, place };
    this.#tracked.add(tracked);
    this.schedule();
    return () => this.#tracked.delete(tracked);
  }

  readonly schedule = (): void => {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#run);
  };

  /** Watches everything that can move a node; to be stopped by what it returns. */
  watch(): () => void {
    const { root, viewport, host } = this.surface;
    if (root === null || viewport === null || host === null) return () => undefined;
    const mutations = new MutationObserver(this.schedule);
    mutations.observe(root, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["class", "style", "hidden", "open"] });
    const sizes = new ResizeObserver(this.schedule);
    sizes.observe(host);
    sizes.observe(viewport);
    for (const name of MOVING) root.addEventListener(name, this.schedule, true);
    return () => {
      mutations.disconnect();
      sizes.disconnect();
      for (const name of MOVING) root.removeEventListener(name, this.schedule, true);
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
    };
  }

  readonly #run = (): void => {
    this.#frame = 0;
    const origin = this.surface.overlay?.getBoundingClientRect();
    if (origin === undefined) return;
    const measured = [...this.#tracked].map(({ id, place }) => {
      const key = id();
      const rect = key === null ? null : this.surface.laidOutRect(key);
      return { place, rect: rect === null ? null : { ...rect, left: rect.left - origin.left, top: rect.top - origin.top } };
    });
    for (const { place, rect } of measured) place(rect);
  };
}

export const TrackerContext = createContext<Tracker | null>(null);

export function useTracker(): Tracker {
  const tracker = useContext(TrackerContext);
  if (tracker === null) throw new Error("a mark of the canvas was drawn outside of it");
  return tracker;
}

/** Keeps `place` called with where a node stands in the overlay. */
export function useTracked(id: string | null, place: Place): void {
  const tracker = useTracker();
  const latest = useRef({ id, place });
  useLayoutEffect(() => {
    latest.current = { id, place };
    tracker.schedule();
  });
  useEffect(() => tracker.track(() => latest.current.id, (rect) => latest.current.place(rect)), [tracker]);
}

/** Puts an element of the overlay over a rectangle, or hides it. */
export function cover(element: HTMLElement | null, rect: Rect | null): void {
  if (element === null) return;
  element.hidden = rect === null;
  if (rect === null) return;
  element.style.transform = `translate(${Math.round(rect.left)}px, ${Math.round(rect.top)}px)`;
  element.style.width = `${Math.round(rect.width)}px`;
  element.style.height = `${Math.round(rect.height)}px`;
}
