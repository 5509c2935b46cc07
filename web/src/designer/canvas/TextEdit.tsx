/**
 * Writing a text where it stands: a text area in the clothes of the element, over the element.
 *
 * Each letter goes into the document at once, and what others type comes in around the caret. The
 * element beneath is drawn anew with every letter, so the area grows with it.
 */
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";

import { nodeLabel } from "../../model/labels";
import { toText } from "../../model/value";
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { useForeignText } from "../inspector/LiveInput";
import type { Rect } from "./geometry";
import { type EditableText, wordsIn } from "./text";
import { useTracked, useTracker } from "./tracker";

/** The looks that the area takes over from the element. */
const CLOTHES = ["fontFamily", "fontSize", "fontWeight", "fontStyle", "lineHeight", "letterSpacing", "textAlign", "textTransform", "direction", "color"] as const;
/** Room for the caret behind the last letter, in pixels of the page. */
const CARET_PX = 3;

interface TextEditProps {
  readonly id: string;
  readonly text: EditableText;
  readonly zoom: number;
  readonly onClose: () => void;
}

export function TextEdit({ id, text, zoom, onClose }: TextEditProps) {
  const desk = useDesk();
  const { surface } = useTracker();
  const area = useRef<HTMLTextAreaElement>(null);
  const value = useSelect(desk.connection.model.snapshots, (snapshot) => toText(snapshot.node(id)?.props[text.key]));
  const isThere = useSelect(desk.connection.model.snapshots, (snapshot) => snapshot.isLive(id));
  useForeignText(area, value);
  useTracked(id, () => {
    const element = surface.element(id);
    if (element !== null && area.current !== null) dress(area.current, element, value, text, zoom, surface.toOverlay);
  });
  useLayoutEffect(() => {
    area.current?.focus({ preventScroll: true });
    area.current?.select();
    desk.connection.stopCapturing();
    desk.connection.presence.focus({ node: id, path: [text.key] });
    return () => {
      desk.connection.presence.focus(null);
      desk.connection.stopCapturing();
    };
  }, [desk, id, text.key]);
  useEffect(() => {
    // Somebody put it into the Trash meanwhile.
    if (!isThere) onClose();
  }, [isThere, onClose]);
  const write = (next: string): void => {
    if (text.isShared) desk.connection.editor.type(id, [text.key], next);
    else desk.connection.editor.set(id, [text.key], next);
  };
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const isEnd = event.key === "Escape" || (event.key === "Enter" && !event.nativeEvent.isComposing && (!text.isMultiline || event.ctrlKey || event.metaKey));
    if (!isEnd) return;
    event.preventDefault();
    onClose();
    surface.viewport?.focus({ preventScroll: true });
  };
  const node = desk.snapshot.node(id);
  return (
    <textarea
      ref={area}
      className="dr-canvas-tool dr-text-edit"
      aria-label={`Text of ${node === undefined ? "the element" : nodeLabel(node, desk.registry, desk.snapshot)}`}
      defaultValue={value}
      dir="auto"
      spellCheck
      onInput={(event) => write(text.isMultiline ? event.currentTarget.value : event.currentTarget.value.replace(/\s*\n\s*/gu, " "))}
      onKeyDown={onKey}
      onBlur={onClose}
    />
  );
}

/** Gives the area the place and the looks of the words that it stands for. */
function dress(area: HTMLTextAreaElement, root: HTMLElement, value: string, text: EditableText, zoom: number, toOverlay: (rect: Rect) => Rect): void {
  const words = text.isShared ? null : wordsIn(root, value);
  const element = words?.parentElement ?? root;
  const style = getComputedStyle(element);
  for (const name of CLOTHES) area.style[name] = style[name];
  area.style.background = groundOf(element);
  const box = toOverlay(words !== null && /flex|grid|^inline/u.test(style.display) ? rangeOf(words) : contentOf(element, style, zoom));
  area.style.transform = `translate(${box.left}px, ${box.top}px) scale(${zoom})`;
  area.style.width = `${box.width / zoom + CARET_PX}px`;
  area.style.height = `${Math.max(box.height / zoom, Number.parseFloat(style.lineHeight) || 16)}px`;
  if (text.isMultiline) area.style.height = `${Math.max(box.height / zoom, area.scrollHeight)}px`;
}

// Words that are laid out by their element, as those of a button, stand where they are drawn.
function rangeOf(words: Text): Rect {
  const range = document.createRange();
  range.selectNodeContents(words);
  const { left, top, width, height } = range.getBoundingClientRect();
  return { left, top, width, height };
}

// All other words have the room of their element, without the padding around it.
function contentOf(element: HTMLElement, style: CSSStyleDeclaration, zoom: number): Rect {
  const { left, top, width, height } = element.getBoundingClientRect();
  const inner = (side: "Top" | "Left" | "Bottom" | "Right"): number => (Number.parseFloat(style[`padding${side}`]) + Number.parseFloat(style[`border${side}Width`])) * zoom;
  return {
    left: left + inner("Left"),
    top: top + inner("Top"),
    width: Math.max(width - inner("Left") - inner("Right"), 24 * zoom),
    height: Math.max(height - inner("Top") - inner("Bottom"), 12 * zoom),
  };
}

/** The first ground on the way out that is not transparent. */
function groundOf(element: Element): string {
  for (let outer: Element | null = element; outer !== null; outer = outer.parentElement) {
    const { backgroundColor } = getComputedStyle(outer);
    if (!/transparent|rgba\(.*, 0\)/u.test(backgroundColor)) return backgroundColor;
  }
  return "Canvas";
}
