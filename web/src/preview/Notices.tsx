/** Messages over the page, above open dialogs too. */
import { useEffect, useRef } from "react";

import { Glyph } from "../library/Glyph";
import { useApplication, useValue } from "./context";
import type { Level } from "./core/messages";

/** Said before the message, where its colour alone would say it. */
const WORDS: Readonly<Record<Level, string>> = { info: "", success: "", warning: "Warning", error: "Error" };

export function Notices() {
  const { messages } = useApplication().player;
  const list = useValue(messages.list);
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = region.current;
    if (element === null) return;
    // What is shown last in the top layer is uppermost: each message comes above what was opened.
    if (element.matches(":popover-open")) element.hidePopover();
    if (list.length > 0) element.showPopover();
  }, [list]);
  return (
    <div ref={region} className="player-notices" popover="manual" aria-live="polite">
      {list.map(({ id, level, text }) => (
        <div key={id} className="player-notice" data-level={level} role={level === "error" ? "alert" : undefined}>
          <p>{WORDS[level] !== "" && <strong>{WORDS[level]}</strong>} {text}</p>
          <button type="button" className="player-icon-button" aria-label="Close this message" onClick={() => messages.close(id)}>
            <Glyph name="x" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
