/** Outlines the component under the pointer or the focus, names it and leads to it in the designer. */
import { useCallback, useEffect, useRef, useState } from "react";

import { ownWords } from "../model/labels";
import { typeName } from "../model/registry";
import { useApplication, useSnapshot } from "./context";
import { isGenerated } from "./core/generated";
import { designerAddress } from "./place";

interface Found {
  readonly id: string;
  readonly element: Element;
  /** Chosen by a click or Enter: the outline stays until another is chosen. */
  readonly isPinned: boolean;
}

export function Inspector({ onEnd }: { readonly onEnd: () => void }) {
  const [found, setFound] = useState<Found | null>(null);
  const layer = useRef<HTMLDivElement>(null);
  const look = useCallback((target: EventTarget | null, isPinned: boolean): void => {
    const element = target instanceof Element ? target.closest("[data-node]") : null;
    const id = element?.getAttribute("data-node") ?? null;
    if (element === null || id === null) return;
    setFound((before) => (before?.isPinned === true && !isPinned ? before : { id, element, isPinned }));
  }, []);
  useEffect(() => {
    const isElsewhere = ({ target }: Event): boolean => !(target instanceof Element) || target.closest(".player-main, .app-dialog") === null;
    const onPointer = (event: PointerEvent): void => {
      if (!isElsewhere(event)) look(event.target, false);
    };
    const onFocus = (event: FocusEvent): void => {
      if (!isElsewhere(event)) look(event.target, false);
    };
    // While inspecting, a click chooses the component and does nothing else.
    const onClick = (event: MouseEvent): void => {
      if (isElsewhere(event)) return;
      event.preventDefault();
      event.stopPropagation();
      look(event.target, true);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      onEnd();
    };
    document.addEventListener("pointerover", onPointer, true);
    document.addEventListener("focusin", onFocus, true);
    document.addEventListener("click", onClick, true);
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("pointerover", onPointer, true);
      document.removeEventListener("focusin", onFocus, true);
      document.removeEventListener("click", onClick, true);
      document.removeEventListener("keydown", onKey, true);
    };
  }, [look, onEnd]);
  useEffect(() => {
    const element = layer.current;
    if (element === null) return;
    // Above dialogs, which are in the top layer themselves.
    if (element.matches(":popover-open")) element.hidePopover();
    element.showPopover();
  }, [found?.element]);
  return (
    <div ref={layer} className="player-inspector" popover="manual">
      {found === null ? <p className="player-inspect-hint">Point at a component. A click keeps it, Esc ends.</p> : <Outline found={found} />}
    </div>
  );
}

function Outline({ found }: { readonly found: Found }) {
  const { place } = useApplication();
  const snapshot = useSnapshot();
  const box = useBox(found.element);
  const node = snapshot.node(found.id);
  if (node === undefined || box === null) return null;
  const words = ownWords(node);
  const isBelow = box.top < 40;
  return (
    <>
      <div className="player-outline" data-pinned={found.isPinned || undefined} style={{ top: box.top, left: box.left, width: box.width, height: box.height }} />
      <div className="player-outline-label" role="status" style={{ top: isBelow ? Math.min(box.bottom + 4, window.innerHeight - 80) : box.top - 34, left: Math.max(4, Math.min(box.left, window.innerWidth - 360)) }}>
        <strong>{typeName(node.type)}</strong>
        {words !== null && <span>{words}</span>}
        <a href={designerAddress(place.room, node.id)} target="_blank" rel="noopener">
          {isGenerated(node.id) ? "Open its data model" : "Open in the designer"}
        </a>
      </div>
    </>
  );
}

// Content moves beneath the outline: by scrolling, and whenever somebody edits.
function useBox(element: Element): DOMRect | null {
  const [box, setBox] = useState<DOMRect | null>(null);
  useEffect(() => {
    let frame = 0;
    const follow = (): void => {
      const next = element.isConnected ? element.getBoundingClientRect() : null;
      setBox((before) => (before !== null && next !== null && sameBox(before, next) ? before : next));
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [element]);
  return box;
}

function sameBox(a: DOMRect, b: DOMRect): boolean {
  return a.top === b.top && a.left === b.left && a.width === b.width && a.height === b.height;
}
