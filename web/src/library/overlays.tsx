/** A dialog: open in place on the canvas so that it can be designed, over the page in the player. */
import { useEffect, useId, useRef } from "react";

import { useSelect } from "../shared/store";
import { Bound } from "./Bound";
import { Glyph } from "./Glyph";
import { Slot } from "./NodeView";
import { usePerform } from "./performing";
import { useChoice } from "./properties";
import { useChildIds, useStage } from "./stage";
import type { ViewProps } from "./view";

export function DialogView(props: ViewProps) {
  const { mode, opened } = useStage();
  const isOpened = useSelect(opened, (ids) => ids.has(props.node.id));
  if (mode === "design") return <DesignedDialog {...props} />;
  return isOpened ? <OpenDialog {...props} /> : null;
}

function useSize({ node }: ViewProps): string {
  return useChoice(node, "size", ["small", "medium", "large", "full"], "medium");
}

function DesignedDialog(props: ViewProps) {
  const titleId = useId();
  return (
    <section {...props.root} className="app-dialog" data-size={useSize(props)} aria-labelledby={titleId} data-inline>
      <Inside {...props} titleId={titleId} onClose={() => undefined} />
    </section>
  );
}

function OpenDialog(props: ViewProps) {
  const { node, root } = props;
  const { setOpen } = useStage();
  const perform = usePerform(node);
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // An action that closes the dialog removes it, and the browser then forgets where the focus was.
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const closed = (): void => {
    setOpen(node.id, false);
    void perform("onClose");
  };
  return (
    <dialog
      {...root}
      ref={dialog}
      className="app-dialog"
      data-size={useSize(props)}
      aria-labelledby={titleId}
      // The close of a dialog or popover inside rises through React, but not through the page.
      onClose={(event) => event.target === event.currentTarget && closed()}
    >
      <Inside {...props} titleId={titleId} onClose={() => dialog.current?.close()} />
    </dialog>
  );
}

interface InsideProps extends ViewProps {
  readonly titleId: string;
  readonly onClose: () => void;
}

function Inside({ node, titleId, onClose }: InsideProps) {
  const { mode } = useStage();
  const footer = useChildIds(node.id, "footer");
  return (
    <>
      <header className="app-card-header">
        <h2 id={titleId} className="app-card-title">
          <Bound node={node} name={node.props.title === undefined ? "name" : "title"} fallback="Untitled dialog" />
        </h2>
        <button type="button" className="app-button" data-variant="subtle" data-compact aria-label="Close" tabIndex={mode === "design" ? -1 : undefined} onClick={onClose}>
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
}
