/** A dialog: open in place on the canvas so that it can be designed, over the page in the player. */
import { useEffect, useId, useRef } from "react";

import { useSelect } from "../shared/store";
import { Bound } from "./Bound";
import { Glyph } from "./Glyph";
import { Slot } from "./NodeView";
import { choice } from "./read";
import { useChildIds, useStage } from "./stage";
import type { ViewProps } from "./view";

export function DialogView({ node, root }: ViewProps) {
  const stage = useStage();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpened = useSelect(stage.opened, (ids) => ids.has(node.id));
  const isShown = stage.mode === "design" || isOpened;
  const size = choice(node, "size", ["small", "medium", "large", "full"], "medium");
  const footer = useChildIds(node.id, "footer");
  useEffect(() => {
    if (stage.mode === "play" && isOpened && dialog.current?.open === false) dialog.current.showModal();
  }, [stage.mode, isOpened]);
  if (!isShown) return null;
  const close = (): void => stage.setOpen(node.id, false);
  const inside = (
    <>
      <header className="app-card-header">
        <h3 id={titleId}>
          <Bound value={node.props.title ?? node.props.name} fallback="Untitled dialog" />
        </h3>
        <button type="button" className="app-button" data-variant="subtle" aria-label="Close" tabIndex={stage.mode === "design" ? -1 : undefined} onClick={close}>
          <Glyph name="x" />
        </button>
      </header>
      <div className="app-card-body">
        <Slot node={node} hint="Empty dialog" />
      </div>
      {footer.length > 0 && (
        <footer className="app-card-footer">
          <Slot node={node} name="footer" />
        </footer>
      )}
    </>
  );
  if (stage.mode === "design") {
    return (
      <section {...root} className="app-dialog" data-size={size} aria-labelledby={titleId} data-inline>
        {inside}
      </section>
    );
  }
  return (
    <dialog {...root} ref={dialog} className="app-dialog" data-size={size} aria-labelledby={titleId} onClose={close}>
      {inside}
    </dialog>
  );
}
