/** What scrolls goes on by itself while something is dragged at its upper or lower edge. */
import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter";
import { type RefObject, useEffect } from "react";

import { carried } from "./data";

/** How near to an edge it scrolls, in pixels, and how far in a frame at most. */
const EDGE = 40;
const SCROLL_MAX = 12;

export interface Pointer {
  readonly clientX: number;
  readonly clientY: number;
}

/** How far to scroll in this frame: the nearer to the edge the further; 0 away from both and outside. */
export function edgeStep({ clientX, clientY }: Pointer, box: Pick<DOMRect, "left" | "right" | "top" | "bottom">): number {
  if (clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom) return 0;
  // A list so low that its edges meet scrolls towards the nearer one.
  const edge = Math.min(EDGE, (box.bottom - box.top) / 2);
  const above = box.top + edge - clientY;
  const below = clientY - (box.bottom - edge);
  if (above <= 0 && below <= 0) return 0;
  return above > 0 ? -Math.ceil((above / edge) * SCROLL_MAX) : Math.ceil((below / edge) * SCROLL_MAX);
}

/** Scrolls an element at its edges during any drag of the designer's. */
export function useEdgeScroll(scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let pointer: Pointer | null = null;
    let frame: number | null = null;
    // Runs on in frames, because a pointer that rests at the edge still scrolls.
    const step = (): void => {
      frame = null;
      const element = scroller.current;
      if (element === null || pointer === null) return;
      const distance = edgeStep(pointer, element.getBoundingClientRect());
      if (distance !== 0) element.scrollTop += distance;
      frame = requestAnimationFrame(step);
    };
    const end = (): void => {
      if (frame !== null) cancelAnimationFrame(frame);
      frame = null;
      pointer = null;
    };
    const stop = monitorForElements({
      canMonitor: ({ source }) => carried(source.data) !== null,
      onDrag: ({ location }) => {
        pointer = location.current.input;
        frame ??= requestAnimationFrame(step);
      },
      onDrop: end,
    });
    return () => {
      end();
      stop();
    };
  }, [scroller]);
}
