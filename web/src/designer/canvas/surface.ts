/**
 * The artboard in the page: the elements of its nodes, where they stand, what is under a pointer.
 *
 * The components stand in a shadow root, into which events and the drag library do not look; the
 * surface does, by coordinates of the window.
 */
import type { Flow, Point, Rect } from "./geometry";

/** A node as it is drawn: in a list it may be drawn several times. */
export interface Drawn {
  readonly id: string;
  readonly element: HTMLElement;
}

export class Surface {
  /** What scrolls. */
  viewport: HTMLElement | null = null;
  /** What outlines are placed in: as large as what is scrolled, and never scaled. */
  overlay: HTMLElement | null = null;
  /** What the shadow root stands in. */
  host: HTMLElement | null = null;
  readonly #elements = new Map<string, HTMLElement>();
  #settling = 0;

  // References that stay the same, so that no redraw lets go of an element.
  readonly setViewport = (element: HTMLElement | null): void => { this.viewport = element; };
  readonly setOverlay = (element: HTMLElement | null): void => { this.overlay = element; };
  readonly setHost = (element: HTMLElement | null): void => { this.host = element; };

  get root(): ShadowRoot | null {
    return this.host?.firstElementChild?.shadowRoot ?? null;
  }

  /** The first element of a node, or null if it is not drawn. */
  element(id: string): HTMLElement | null {
    const known = this.#elements.get(id);
    if (known !== undefined && known.isConnected && known.dataset.node === id) return known;
    const found = this.root?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`) ?? null;
    if (found === null) this.#elements.delete(id);
    else this.#elements.set(id, found);
    return found;
  }

  /** Where a node stands in the window, or null if it is not seen. */
  rect(id: string): Rect | null {
    const element = this.element(id);
    return element === null ? null : rectOf(element);
  }

  /** The same, without asking where a node stands that is too far out of sight to be laid out. */
  laidOutRect(id: string): Rect | null {
    const element = this.element(id);
    return element === null || !isLaidOut(element) ? null : rectOf(element);
  }

  /** The innermost node under a point of the window. */
  nodeAt(point: Point): string | null {
    return this.pathAt(point)[0]?.id ?? null;
  }

  /** The nodes under a point, the innermost first. */
  pathAt({ x, y }: Point): readonly Drawn[] {
    const path: Drawn[] = [];
    const { root } = this;
    // All that lies under the point is much dearer to find, and is needed only beneath tools of the overlay.
    const top = root?.elementFromPoint(x, y) ?? null;
    let element = top?.getRootNode() === root ? top : (root?.elementsFromPoint(x, y).find((hit) => hit.getRootNode() === root) ?? null);
    for (; element !== null; element = element.parentElement) {
      if (element instanceof HTMLElement && element.dataset.node !== undefined) path.push({ id: element.dataset.node, element });
    }
    return path;
  }

  /** A rectangle of the window as the overlay counts it. */
  readonly toOverlay = (rect: Rect): Rect => {
    const origin = this.overlay?.getBoundingClientRect();
    return { ...rect, left: rect.left - (origin?.left ?? 0), top: rect.top - (origin?.top ?? 0) };
  };

  /** Scrolls a node into sight if no part of it is seen. */
  reveal(id: string): void {
    this.#goTo(id, (rect, frame, isSkipped) => isSkipped || !isSeen(rect, frame)
      ? {
          x: rect.left < frame.left || rect.left > frame.right ? rect.left - frame.left - 24 : 0,
          y: rect.top - frame.top - Math.max((frame.height - rect.height) / 2, 24),
        }
      : { x: 0, y: 0 });
  }

  /** Scrolls until a fraction of a node stands in the middle of what is seen. */
  bringToMiddle({ node, x, y }: Spot): void {
    this.#goTo(node, (rect, frame) => ({
      x: rect.left + x * rect.width - frame.left - frame.width / 2,
      y: rect.top + y * rect.height - frame.top - frame.height / 2,
    }));
  }

  /**
   * Scrolls by what `distance` tells, and again until nothing moves any more: what comes into sight
   * gets its size only then, and moves the rest.
   */
  #goTo(id: string, distance: (rect: Rect, frame: DOMRect, isSkipped: boolean) => Point, frames = FRAMES_MAX, calm = CALM_FRAMES): void {
    cancelAnimationFrame(this.#settling);
    const { viewport } = this;
    const element = this.element(id);
    if (element === null || viewport === null) return;
    const isSkipped = layOut(element);
    const rect = rectOf(element);
    if (rect === null) return;
    const { x, y } = distance(rect, viewport.getBoundingClientRect(), isSkipped);
    const isThere = Math.abs(x) < 1 && Math.abs(y) < 1;
    if (!isThere) viewport.scrollBy({ left: x, top: y, behavior: "instant" });
    const rest = isThere ? calm - 1 : CALM_FRAMES;
    if (frames > 0 && rest > 0) this.#settling = requestAnimationFrame(() => this.#goTo(id, distance, frames - 1, rest));
  }
}

/** A fraction of a node, from its upper left corner. */
export interface Spot {
  readonly node: string;
  readonly x: number;
  readonly y: number;
}

/** For how many frames something has to stay where it was scrolled to, and how many are waited for that at most. */
const CALM_FRAMES = 10;
const FRAMES_MAX = 60;

/** What stands in the middle of what is seen: a node and a fraction of it, or null if nothing is drawn. */
export function middleOf(surface: Surface, page: string): Spot | null {
  if (surface.viewport === null) return null;
  const { left, top, width, height } = surface.viewport.getBoundingClientRect();
  const at = { x: left + width / 2, y: top + height / 2 };
  const node = surface.nodeAt(at) ?? page;
  const rect = surface.rect(node);
  if (rect === null || rect.width === 0 || rect.height === 0) return null;
  return { node, x: (at.x - rect.left) / rect.width, y: (at.y - rect.top) / rect.height };
}

/**
 * Has the browser lay out what an element stands in, if it does not because that is out of sight: then
 * the element stands where it will be seen. Tells whether it was so.
 */
function layOut(element: HTMLElement): boolean {
  if (isLaidOut(element)) return false;
  const skipped: HTMLElement[] = [];
  for (let around = element.parentElement; around !== null; around = around.parentElement) {
    if (getComputedStyle(around).contentVisibility !== "auto") continue;
    around.style.contentVisibility = "visible";
    skipped.push(around);
  }
  // By the frame after the next one the browser knows by itself what has come into sight.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    for (const around of skipped) around.style.removeProperty("content-visibility");
  }));
  return skipped.length > 0;
}

function isLaidOut(element: HTMLElement): boolean {
  return element.checkVisibility({ contentVisibilityAuto: true });
}

export function rectOf(element: Element): Rect | null {
  const { left, top, width, height } = element.getBoundingClientRect();
  return width === 0 && height === 0 ? null : { left, top, width, height };
}

function isSeen(rect: Rect, frame: DOMRect): boolean {
  return rect.top < frame.bottom - 8 && rect.top + rect.height > frame.top + 8 && rect.left < frame.right - 8 && rect.left + rect.width > frame.left + 8;
}

/** How an element arranges what is in it. */
export function flowOf(element: Element): { readonly flow: Flow; readonly isRightToLeft: boolean } {
  const style = getComputedStyle(element);
  const isRightToLeft = style.direction === "rtl";
  if (style.display.endsWith("flex")) {
    if (style.flexDirection.startsWith("column")) return { flow: "column", isRightToLeft };
    return { flow: style.flexWrap === "nowrap" ? "row" : "wrap", isRightToLeft };
  }
  const isOneTrack = !style.display.endsWith("grid") || !/\s/u.test(style.gridTemplateColumns.trim());
  return { flow: isOneTrack ? "column" : "wrap", isRightToLeft };
}
