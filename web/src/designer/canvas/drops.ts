/**
 * Drags over the canvas: one drop target and one source for all that is drawn on it.
 *
 * The drag library sees only the host of the shadow root, so the node and the gap under the pointer
 * are found by their geometry. Source: @atlaskit/pragmatic-drag-and-drop, element adapter.
 */
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements, type ElementEventBasePayload, monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { pointerOutsideOfPreview } from "@atlaskit/pragmatic-drag-and-drop/element/pointer-outside-of-preview";
import { setCustomNativeDragPreview } from "@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview";
import { useEffect } from "react";

import { outermost } from "../../model/fragment";
import { nodeLabel } from "../../model/labels";
import type { Snapshot } from "../../model/snapshot";
import type { Target } from "../../model/targets";
import { Store } from "../../shared/store";
import type { Desk } from "../desk";
import { useDesk } from "../desk";
import { carried, carry, type DragData, movedOf } from "../drag/data";
import { carriedOver, land } from "../drag/landing";
import { type Point, type Rect } from "./geometry";
import { edgeSpeed } from "./scrolling";
import { type Spot, spotAt, takers } from "./spots";
import type { Surface } from "./surface";

/** What is dragged over the designer and where on the canvas it would go. */
export interface DropState {
  readonly data: DragData | null;
  readonly spot: Spot | null;
}

const NOTHING: DropState = { data: null, spot: null };

export function dropStore(): Store<DropState> {
  return new Store(NOTHING);
}

interface Dropping {
  readonly surface: Surface;
  readonly state: Store<DropState>;
  readonly page: string | null;
  /** Told where the pointer is, since a drag sends no pointer events. */
  readonly onPoint: (point: Point) => void;
}

/** Takes drops on the canvas and shows, while a drag lasts, where they would go. */
export function useDropping({ surface, state, page, onPoint }: Dropping): void {
  const desk = useDesk();
  useEffect(() => {
    const { viewport } = surface;
    if (viewport === null || page === null) return undefined;
    const drag = new Drag(desk, surface, state, page);
    const follow = ({ location, source }: ElementEventBasePayload): void => {
      const point = { x: location.current.input.clientX, y: location.current.input.clientY };
      onPoint(point);
      drag.move(carried(source.data), point);
    };
    const stop = combine(
      dropTargetForElements({
        element: viewport,
        canDrop: ({ source }) => carried(source.data) !== null,
        onDragEnter: follow,
        onDrag: follow,
        onDragLeave: () => drag.leave(),
        onDrop: ({ source }) => drag.drop(carried(source.data)),
      }),
      monitorForElements({
        canMonitor: ({ source }) => carried(source.data) !== null,
        onDragStart: ({ source }) => drag.start(carried(source.data)),
        onDrop: () => drag.end(),
      }),
    );
    // A page that is opened in the middle of a drag shows what it takes.
    const before = state.get().data;
    if (before !== null) requestAnimationFrame(() => drag.start(before));
    // Others edit on while the pointer rests: the mark goes where its gap is now, once that is drawn.
    const unsubscribe = desk.connection.model.snapshots.subscribe(() => drag.refresh());
    return () => {
      stop();
      unsubscribe();
      drag.rest();
    };
  }, [desk, surface, state, page, onPoint]);
}

/** Makes an element the handle of the nodes that `pick` names at a point. */
export function nodeDraggable(desk: Desk, element: HTMLElement, pick: (point: Point) => readonly string[] | null): () => void {
  let ids: readonly string[] | null = null;
  return draggable({
    element,
    canDrag: ({ input }) => {
      ids = desk.isReadOnly ? null : pick({ x: input.clientX, y: input.clientY });
      return ids !== null && ids.length > 0;
    },
    getInitialData: () => carry({ kind: "nodes", ids: outermost(desk.snapshot, ids ?? []) }),
    onGenerateDragPreview: ({ nativeSetDragImage }) => {
      setCustomNativeDragPreview({
        nativeSetDragImage,
        getOffset: pointerOutsideOfPreview({ x: "12px", y: "8px" }),
        render: ({ container }) => {
          const chip = document.createElement("div");
          chip.className = "dr-drag-preview";
          chip.textContent = nameOf(desk, ids ?? []);
          container.append(chip);
        },
      });
    },
  });
}

function nameOf(desk: Desk, ids: readonly string[]): string {
  const node = desk.snapshot.node(ids.at(-1) ?? "");
  return ids.length === 1 && node !== undefined ? nodeLabel(node, desk.registry, desk.snapshot) : `${ids.length} elements`;
}

/** One drag over one page. */
class Drag {
  readonly #desk: Desk;
  readonly #surface: Surface;
  readonly #state: Store<DropState>;
  readonly #page: string;
  #speed: Point = { x: 0, y: 0 };
  #last: { readonly data: DragData; readonly point: Point } | null = null;
  /** The model in which the mark was found. */
  #shown: Snapshot | null = null;
  #frame = 0;

  constructor(desk: Desk, surface: Surface, state: Store<DropState>, page: string) {
    this.#desk = desk;
    this.#surface = surface;
    this.#state = state;
    this.#page = page;
  }

  start(data: DragData | null): void {
    if (data === null) return;
    this.#state.set({ data, spot: null });
    for (const id of takers(this.#scene(data))) this.#surface.element(id)?.setAttribute("data-takes", "");
    for (const id of data.kind === "nodes" ? data.ids : []) this.#surface.element(id)?.setAttribute("data-carried", "");
  }

  move(data: DragData | null, point: Point): void {
    const { viewport } = this.#surface;
    if (data === null || viewport === null) return;
    this.#last = { data, point };
    this.#show(data, point);
    this.#speed = edgeSpeed(viewport.getBoundingClientRect(), point);
    if (this.#frame === 0 && (this.#speed.x !== 0 || this.#speed.y !== 0)) this.#frame = requestAnimationFrame(this.#scroll);
  }

  refresh(): void {
    if (this.#last === null) return;
    requestAnimationFrame(() => {
      if (this.#last !== null && this.#state.get().spot !== null) this.#show(this.#last.data, this.#last.point);
    });
  }

  leave(): void {
    this.#still();
    this.#state.update((state) => ({ ...state, spot: null }));
  }

  /** Puts it into the gap whose mark is there, whatever has moved beneath the pointer since. */
  drop(data: DragData | null): void {
    const { spot } = this.#state.get();
    const shown = this.#shown;
    if (data === null || shown === null || spot?.kind !== "gap") return;
    const { snapshot } = this.#desk;
    if (data.kind === "nodes" && isWhereItWas(snapshot, data.ids, carriedOver(spot.target, shown, snapshot))) this.#desk.selectAll(data.ids);
    else land(this.#desk, data, spot.target, shown);
    this.#surface.viewport?.focus({ preventScroll: true });
  }

  end(): void {
    this.rest();
    this.#state.set(NOTHING);
  }

  /** Takes away what a drag has left on the page. */
  rest(): void {
    this.#still();
    for (const element of this.#surface.root?.querySelectorAll("[data-takes], [data-carried]") ?? []) {
      element.removeAttribute("data-takes");
      element.removeAttribute("data-carried");
    }
  }

  #still(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#last = null;
  }

  #show(data: DragData, point: Point): void {
    this.#shown = this.#desk.snapshot;
    this.#state.set({ data, spot: this.#spot(data, point) });
  }

  #scene(data: DragData) {
    const { snapshot, registry } = this.#desk;
    return { surface: this.#surface, snapshot, registry, page: this.#page, moved: movedOf(data) };
  }

  #spot(data: DragData, point: Point): Spot | null {
    const { viewport } = this.#surface;
    if (this.#desk.isReadOnly && viewport !== null) return { kind: "refused", container: plain(viewport.getBoundingClientRect()), reason: this.#desk.whyReadOnly };
    return spotAt(this.#scene(data), point);
  }

  // Near an edge the page goes on scrolling while the pointer rests.
  readonly #scroll = (): void => {
    this.#frame = 0;
    const { viewport } = this.#surface;
    if (viewport === null || this.#last === null || (this.#speed.x === 0 && this.#speed.y === 0)) return;
    viewport.scrollBy({ left: this.#speed.x, top: this.#speed.y, behavior: "instant" });
    this.#show(this.#last.data, this.#last.point);
    this.#frame = requestAnimationFrame(this.#scroll);
  };
}

function plain({ left, top, width, height }: DOMRect): Rect {
  return { left, top, width, height };
}

/** Whether nodes that stand together would be put between themselves: nothing is to be written then. */
function isWhereItWas(snapshot: Snapshot, ids: readonly string[], target: Target): boolean {
  const siblings = snapshot.children(target.parent, target.slot).map((node) => node.id);
  const first = siblings.indexOf(ids[0] ?? "");
  return first >= 0 && ids.every((id, index) => siblings[first + index] === id) && target.index >= first && target.index <= first + ids.length;
}
