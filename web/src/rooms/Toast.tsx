/** A message at the bottom of the page that goes by itself, with what undoes it. */
import { ActionIcon, Button } from "@mantine/core";
import { X } from "lucide-react";
import { useEffect, useState } from "react";

/** Long enough to read it and to decide; it waits while the pointer or the focus is on it. */
const SHOWN_MS = 10_000;

export interface ToastContent {
  readonly text: string;
  readonly tone?: "danger";
  readonly onUndo?: () => void;
}

export function Toast({ content, onClose }: { readonly content: ToastContent | null; readonly onClose: () => void }) {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (content === null || isHeld) return undefined;
    const timer = setTimeout(onClose, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [content, isHeld, onClose]);
  // The region is always there: one that appears together with its text is not read out.
  return (
    <div className="dr-toasts" role="status" aria-live="polite">
      {content !== null && (
        <div
          className="dr-toast"
          data-tone={content.tone}
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          <span dir="auto">{content.text}</span>
          {content.onUndo !== undefined && <Button size="compact-xs" variant="white" onClick={content.onUndo}>Undo</Button>}
          <ActionIcon size={22} variant="transparent" className="dr-toast-close" aria-label="Close the message" onClick={onClose}><X size={14} /></ActionIcon>
        </div>
      )}
    </div>
  );
}
