/**
 * What the pointer does on the canvas: selects, draws marquees, pans, and is shown to the others.
 *
 * Listeners are the browser's own: those of React would hear an event of the shadow root twice.
 */
import { useEffect, useRef } from "react";

import type { Store } from "../../shared/store";
import type { Desk } from "../desk";
import { useDesk } from "../desk";
import { between, nearest, type Point, type Rect } from "./geometry";
import { touchedBy } from "./marquee";
import { middleOf, type Surface } from "./surface";

/** How far the pointer moves before a press is more than a click, in pixels. */
const SLOP_PX = 4;

export interface Gestures {
  readonly surface: Surface;
  readonly page: string | null;
  /** The node under the pointer. */
  readonly hovered: Store<string | null>;
  /** The marquee, in the window. */
  readonly marquee: Store<Rect | null>;
  /** Whether the space bar is held, which makes every press a pan. */
  readonly isPanning: Store<boolean>;
  readonly onEdit: (id: string) => boolean;
}

interface Press {
  readonly kind: "pan" | "marquee" | "click";
  readonly at: Point;
  readonly scroll: Point;
  readonly isAdding: boolean;
  readonly before: readonly string[];
  hasMoved: boolean;
}

export function useGestures(gestures: Gestures): void {
  const desk = useDesk();
  const latest = useRef(gestures);
  latest.current = gestures;
  const { surface } = gestures;
  useEffect(() => {
    const { viewport } = surface;
    if (viewport === null) return undefined;
    const pointer = new CanvasPointer(desk, () => latest.current);
    const stop = new AbortController();
    const { signal } = stop;
    viewport.addEventListener("pointerdown", pointer.down, { signal });
    viewport.addEventListener("mousedown", keepText, { signal });
    viewport.addEventListener("pointermove", pointer.move, { signal });
    viewport.addEventListener("pointerup", pointer.up, { signal });
    viewport.addEventListener("pointercancel", pointer.up, { signal });
    viewport.addEventListener("pointerleave", pointer.leave, { signal });
    viewport.addEventListener("scroll", pointer.scroll, { signal, passive: true });
    viewport.addEventListener("click", pointer.click, { signal });
    viewport.addEventListener("dblclick", pointer.doubleClick, { signal });
    // A middle click would paste or begin to scroll by itself.
    viewport.addEventListener("auxclick", (event) => event.button === 1 && event.preventDefault(), { signal });
    window.addEventListener("blur", pointer.leave, { signal });
    return () => {
      stop.abort();
      pointer.leave();
    };
  }, [desk, surface]);
}

class CanvasPointer {
  readonly #desk: Desk;
  readonly #latest: () => Gestures;
  #press: Press | null = null;
  #hasDragged = false;
  #frame = 0;
  #at: Point | null = null;

  constructor(desk: Desk, latest: () => Gestures) {
    this.#desk = desk;
    this.#latest = latest;
  }

  readonly down = (event: PointerEvent): void => {
    const { surface, isPanning, page } = this.#latest();
    this.#hasDragged = false;
    if (isTool(event) || surface.viewport === null) return;
    const at = { x: event.clientX, y: event.clientY };
    if (isOnScrollbar(surface.viewport, at)) return;
    keepStill(event);
    const isPan = event.button === 1 || (event.button === 0 && isPanning.get());
    if (!isPan && event.button !== 0) return;
    const id = surface.nodeAt(at);
    const isFree = id === null || id === page || event.shiftKey;
    this.#press = {
      kind: isPan ? "pan" : isFree ? "marquee" : "click",
      at,
      scroll: { x: surface.viewport.scrollLeft, y: surface.viewport.scrollTop },
      isAdding: event.shiftKey || event.metaKey || event.ctrlKey,
      before: this.#desk.selection.get(),
      hasMoved: false,
    };
    if (isPan) {
      event.preventDefault();
      surface.viewport.focus({ preventScroll: true });
      surface.viewport.setPointerCapture(event.pointerId);
    }
  };

  readonly move = (event: PointerEvent): void => {
    this.#at = { x: event.clientX, y: event.clientY };
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#look);
    const press = this.#press;
    const { surface } = this.#latest();
    if (press === null || press.kind === "click" || surface.viewport === null) return;
    if (!press.hasMoved && Math.hypot(this.#at.x - press.at.x, this.#at.y - press.at.y) < SLOP_PX) return;
    if (!press.hasMoved) surface.viewport.setPointerCapture(event.pointerId);
    press.hasMoved = true;
    if (press.kind === "pan") {
      surface.viewport.scrollTo({ left: press.scroll.x - this.#at.x + press.at.x, top: press.scroll.y - this.#at.y + press.at.y, behavior: "instant" });
    }
  };

  readonly up = (): void => {
    const press = this.#press;
    this.#press = null;
    this.#hasDragged = press?.hasMoved === true || press?.kind === "pan";
    if (press?.kind === "marquee" && press.hasMoved) this.#marquee(press);
    const { marquee, surface } = this.#latest();
    marquee.set(null);
    // The controls on the canvas are pictures of controls: pressing one gives the canvas the focus.
    // It is given only now, because a press whose focus was taken away begins no drag.
    if (surface.host?.contains(document.activeElement) === true) surface.viewport?.focus({ preventScroll: true });
  };

  /** Whoever follows sees what is seen here, and what has come under a pointer that rests. */
  readonly scroll = (): void => {
    const { surface, page } = this.#latest();
    if (page === null) return;
    seen(this.#desk, surface, page);
    if (this.#at !== null) point(this.#desk, surface, page, this.#at);
  };

  readonly leave = (): void => {
    this.#at = null;
    this.#latest().hovered.set(null);
    this.#desk.connection.presence.point(() => null);
  };

  readonly click = (event: MouseEvent): void => {
    if (isTool(event)) return;
    // Labels, links and submit buttons would act on the click that is meant to select them.
    event.preventDefault();
    if (this.#hasDragged) return;
    const { surface, page } = this.#latest();
    const id = surface.nodeAt({ x: event.clientX, y: event.clientY }) ?? page;
    if (id === null) return;
    if (event.shiftKey || event.metaKey || event.ctrlKey) {
      if (id !== page) this.#desk.toggle(id);
    } else this.#desk.select(id);
  };

  readonly doubleClick = (event: MouseEvent): void => {
    if (isTool(event)) return;
    event.preventDefault();
    const { surface, onEdit } = this.#latest();
    const at = { x: event.clientX, y: event.clientY };
    const id = surface.nodeAt(at);
    if (id === null || onEdit(id)) return;
    const inside = this.#childNear(id, at);
    if (inside !== null) this.#desk.select(inside);
  };

  // At most once a frame: what is under the pointer, and where the others see it.
  readonly #look = (): void => {
    this.#frame = 0;
    const { surface, page, hovered, marquee } = this.#latest();
    if (this.#at === null || page === null) return;
    point(this.#desk, surface, page, this.#at);
    const press = this.#press;
    if (press?.kind === "marquee" && press.hasMoved) {
      hovered.set(null);
      marquee.set(between(press.at, this.#at));
      this.#marquee(press);
      return;
    }
    const id = press?.kind === "pan" ? null : surface.nodeAt(this.#at);
    hovered.set(id === page ? null : id);
  };

  #marquee(press: Press): void {
    const { surface, page, marquee } = this.#latest();
    const rect = marquee.get();
    if (page === null || rect === null) return;
    const touched = touchedBy(rect, page, {
      childrenOf: (id) => this.#children(id),
      rectOf: (id) => surface.rect(id),
    });
    const kept = press.isAdding ? press.before.filter((id) => id !== page && this.#desk.snapshot.node(id) !== undefined) : [];
    const keys = [...kept.filter((id) => !touched.includes(id)), ...touched];
    this.#desk.selectAll(keys.length > 0 ? keys : [page]);
  }

  #children(id: string): readonly string[] {
    const { snapshot, registry } = this.#desk;
    const node = snapshot.node(id);
    const slots = node === undefined ? [] : Object.keys(registry.slotsOf(node));
    return slots.flatMap((slot) => snapshot.children(id, slot).map((child) => child.id));
  }

  #childNear(id: string, at: Point): string | null {
    const { surface } = this.#latest();
    const drawn = this.#children(id).flatMap((child) => {
      const rect = surface.rect(child);
      return rect === null ? [] : [{ child, rect }];
    });
    return drawn[nearest(drawn.map(({ rect }) => rect), at)]?.child ?? null;
  }
}

/** Shows the others where one points, as a part of the node beneath. */
export function point(desk: Desk, surface: Surface, page: string, at: Point): void {
  desk.connection.presence.point(() => {
    const node = surface.nodeAt(at) ?? page;
    const rect = surface.rect(node);
    if (rect === null || rect.width === 0 || rect.height === 0) return null;
    return { page, node, x: (at.x - rect.left) / rect.width, y: (at.y - rect.top) / rect.height };
  });
}

// Shift extends whatever text is selected in the window up to here, and the next drag would carry that
// text instead of an element. A press with Shift begins no drag, so that it may be stopped as a whole.
function keepText(event: MouseEvent): void {
  if (isTool(event)) return;
  window.getSelection()?.removeAllRanges();
  if (!event.shiftKey) return;
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus({ preventScroll: true });
}

/** Tells those who follow what part of the page is seen. */
export function seen(desk: Desk, surface: Surface, page: string): void {
  desk.connection.presence.see(() => {
    const middle = middleOf(surface, page);
    return middle === null ? null : { page, ...middle };
  });
}

/** Tools of the overlay act by themselves. */
function isTool(event: Event): boolean {
  return event.target instanceof Element && event.target.closest(".dr-canvas-tool") !== null;
}

// A press on the scroll bar is heard as well, and means nothing on the page.
function isOnScrollbar(viewport: HTMLElement, at: Point): boolean {
  const frame = viewport.getBoundingClientRect();
  return at.x > frame.left + viewport.clientWidth || at.y > frame.top + viewport.clientHeight;
}

// Links and pictures have a drag of their own, which would begin in place of the node's.
function keepStill(event: Event): void {
  for (const target of event.composedPath()) {
    if (target instanceof HTMLAnchorElement || target instanceof HTMLImageElement) target.draggable = false;
  }
}
