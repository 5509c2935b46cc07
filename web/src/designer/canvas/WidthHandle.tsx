/** The right edge of the artboard: pulls the page wider and narrower, by pointer or arrow keys. */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import { WIDTH_MAX, WIDTH_MIN } from "./zoom";

interface WidthHandleProps {
  readonly width: number;
  readonly zoom: number;
  readonly onWidth: (width: number) => void;
}

export function WidthHandle({ width, zoom, onWidth }: WidthHandleProps) {
  const start = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const [isHeld, setHeld] = useState(false);
  const onMove = (event: PointerEvent): void => {
    const held = start.current;
    // The artboard is centred: its edge moves half as far as it grows.
    if (held !== null) onWidth(held.width + ((event.clientX - held.x) * 2) / zoom);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onWidth(width + step * (event.shiftKey ? 100 : 10));
  };
  const end = (): void => {
    start.current = null;
    setHeld(false);
  };
  return (
    <div
      className="dr-canvas-tool dr-width-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the page"
      aria-valuenow={Math.round(width)}
      aria-valuemin={WIDTH_MIN}
      aria-valuemax={WIDTH_MAX}
      tabIndex={0}
      data-held={isHeld || undefined}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width };
        setHeld(true);
      }}
      onPointerMove={onMove}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <span className="dr-width-label">{Math.round(width)} px</span>
    </div>
  );
}
