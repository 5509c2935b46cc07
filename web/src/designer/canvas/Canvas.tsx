/**
 * The canvas: the page as the player would show it, live from the document.
 *
 * It is drawn inside a shadow root, so that neither the tool's styles nor the application's reach
 * each other.
 */
import { useComputedColorScheme } from "@mantine/core";
import { FilePlus2 } from "lucide-react";
import { type MouseEvent, useMemo, useRef, useState } from "react";

import { PageView } from "../../library/PageView";
import { type Stage, StageContext } from "../../library/stage";
import { State } from "../../shared/States";
import { Store } from "../../shared/store";
import { useDesk } from "../desk";
import { handleKey } from "../keyboard";
import { Outlines } from "./Outlines";
import { PageBar } from "./PageBar";
import { ShadowBox } from "./ShadowBox";
import { useCurrentPage } from "./page";

/** Widths that pages are looked at in, in pixels; null follows the window. */
export type CanvasWidth = number | null;

export function Canvas() {
  const desk = useDesk();
  const page = useCurrentPage();
  const stage = useDesignStage();
  const [width, setWidth] = useState<CanvasWidth>(null);
  const artboard = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const selectAt = (event: MouseEvent): void => {
    const id = nodeAt(event);
    if (id !== null) desk.select(id);
    // Labels, links and submit buttons would act on the click that is meant to select them.
    event.preventDefault();
  };
  return (
    <section className="dr-centre" aria-label="Canvas">
      <PageBar page={page ?? null} width={width} onWidth={setWidth} />
      <div
        className="dr-canvas"
        tabIndex={0}
        role="group"
        aria-label="Page canvas"
        onKeyDown={(event) => {
          if (handleKey(desk, event)) event.preventDefault();
        }}
      >
        {page === undefined ? (
          <State icon={FilePlus2} title="No page yet">
            An application shows itself in pages. Choose Add, then Page, to make the first one.
          </State>
        ) : (
          <div ref={artboard} className="dr-artboard" style={{ width: width ?? "100%" }} onClick={selectAt} onMouseDown={keepFocus}>
            <ShadowBox theme={scheme}>
              <StageContext value={stage}>
                <PageView key={page.id} page={page} />
              </StageContext>
            </ShadowBox>
            <Outlines artboard={artboard} page={page.id} />
          </div>
        )}
      </div>
    </section>
  );
}

function useDesignStage(): Stage {
  const desk = useDesk();
  return useMemo(
    () => ({
      mode: "design" as const,
      runtime: null,
      snapshots: desk.connection.model.snapshots,
      revealed: desk.revealed,
      opened: new Store<ReadonlySet<string>>(new Set()),
      navigate: () => undefined,
      setOpen: () => undefined,
      closeAll: () => undefined,
    }),
    [desk],
  );
}

/** The innermost node under the pointer; the event's path reaches into the shadow root. */
function nodeAt(event: MouseEvent): string | null {
  for (const target of event.nativeEvent.composedPath()) {
    if (target instanceof HTMLElement && target.dataset.node !== undefined) return target.dataset.node;
  }
  return null;
}

// The controls on the canvas are pictures of controls: pressing one gives the canvas the focus.
function keepFocus(event: MouseEvent<HTMLElement>): void {
  event.preventDefault();
  event.currentTarget.closest<HTMLElement>(".dr-canvas")?.focus({ preventScroll: true });
}
