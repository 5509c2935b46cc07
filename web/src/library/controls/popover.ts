/** A panel in the browser's top layer, beside its anchor: no container cuts it off. */
import { type RefObject, useEffect, useLayoutEffect } from "react";

const GAP_PX = 4;
const EDGE_PX = 8;

function place(anchor: HTMLElement, panel: HTMLElement): void {
  const box = anchor.getBoundingClientRect();
  const below = window.innerHeight - box.bottom - EDGE_PX - GAP_PX;
  const above = box.top - EDGE_PX - GAP_PX;
  const isAbove = below < Math.min(panel.scrollHeight, 240) && above > below;
  panel.style.minInlineSize = `${box.width}px`;
  panel.style.maxBlockSize = `${Math.max(Math.min(isAbove ? above : below, 320), 80)}px`;
  const width = panel.offsetWidth;
  const wanted = getComputedStyle(anchor).direction === "rtl" ? box.right - width : box.left;
  panel.style.left = `${Math.max(Math.min(wanted, window.innerWidth - width - EDGE_PX), EDGE_PX)}px`;
  panel.style.top = `${isAbove ? box.top - GAP_PX - panel.offsetHeight : box.bottom + GAP_PX}px`;
}

/** Shows the panel while it is open, keeps it at its anchor, and closes it by a press elsewhere. */
export function usePopover(isOpen: boolean, anchor: RefObject<HTMLElement | null>, panel: RefObject<HTMLElement | null>, close: () => void): void {
  useLayoutEffect(() => {
    const element = panel.current;
    if (!isOpen || element === null) return undefined;
    element.showPopover();
    const follow = (): void => {
      if (anchor.current !== null) place(anchor.current, element);
    };
    follow();
    const observer = new ResizeObserver(follow);
    observer.observe(element);
    window.addEventListener("scroll", follow, true);
    window.addEventListener("resize", follow);
    return () => {
      observer.disconnect();
      window.removeEventListener("scroll", follow, true);
      window.removeEventListener("resize", follow);
      if (element.isConnected) element.hidePopover();
    };
  }, [isOpen, anchor, panel]);
  useEffect(() => {
    if (!isOpen) return undefined;
    const press = (event: PointerEvent): void => {
      const path = event.composedPath();
      if (![anchor.current, panel.current].some((element) => element !== null && path.includes(element))) close();
    };
    document.addEventListener("pointerdown", press);
    return () => document.removeEventListener("pointerdown", press);
  });
}
