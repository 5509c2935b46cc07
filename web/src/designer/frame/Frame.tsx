/** The frame of the desk: panels that can be resized and folded, remembered from visit to visit. */
import "./frame.css";

import { useEffect } from "react";
import { Group, Panel, type PanelImperativeHandle, Separator, useDefaultLayout, usePanelRef } from "react-resizable-panels";

import { useSelect } from "../../shared/store";
import { BottomPanel } from "../bottom/BottomPanel";
import { CentrePanel } from "../centre/CentrePanel";
import { type Desk, useDesk } from "../desk";
import { Inspector } from "../inspector/Inspector";
import { LeftPanel } from "../left/LeftPanel";
import { Rail } from "../left/Rail";

/** `now`: the desk of now; that of the context is what the panels show, which may be the past. */
export function Frame({ now }: { readonly now: Desk }) {
  const desk = useDesk();
  // What a panel remembers of one desk is not for another; the bottom panel stays as it is.
  const era = desk.isPast ? "past" : "now";
  const columns = useDefaultLayout({ id: "design-rooms-columns", storage: localStorage });
  const rows = useDefaultLayout({ id: "design-rooms-rows", storage: localStorage });
  const left = usePanelRef();
  const right = usePanelRef();
  useFolding(left, useSelect(desk.isLeftOpen, (isOpen) => isOpen));
  useFolding(right, useSelect(desk.isRightOpen, (isOpen) => isOpen));
  const bottom = useSelect(desk.bottom, (tab) => tab);
  return (
    <div className="dr-frame">
      <Rail />
      <Group id="design-rooms-columns" className="dr-columns" defaultLayout={columns.defaultLayout} onLayoutChanged={columns.onLayoutChanged}>
        <Panel id="left" panelRef={left} className="dr-pane" defaultSize={264} minSize={200} maxSize={480} collapsible groupResizeBehavior="preserve-pixel-size" onResize={({ inPixels }) => desk.isLeftOpen.set(inPixels > 0)}>
          <LeftPanel key={era} />
        </Panel>
        <Separator className="dr-separator" aria-label="Width of the left panel" />
        <Panel id="centre" className="dr-pane" minSize={320}>
          <Group id="design-rooms-rows" orientation="vertical" defaultLayout={rows.defaultLayout} onLayoutChanged={rows.onLayoutChanged}>
            <Panel id="stage" className="dr-pane" minSize={160}>
              <CentrePanel key={era} />
            </Panel>
            {bottom !== null && (
              <>
                <Separator className="dr-separator" aria-label="Height of the bottom panel" />
                <Panel id="bottom" className="dr-pane" defaultSize={220} minSize={96} groupResizeBehavior="preserve-pixel-size">
                  <BottomPanel now={now} tab={bottom} />
                </Panel>
              </>
            )}
          </Group>
        </Panel>
        <Separator className="dr-separator" aria-label="Width of the inspector" />
        <Panel id="right" panelRef={right} className="dr-pane" defaultSize={312} minSize={240} maxSize={560} collapsible groupResizeBehavior="preserve-pixel-size" onResize={({ inPixels }) => desk.isRightOpen.set(inPixels > 0)}>
          <Inspector key={era} />
        </Panel>
      </Group>
    </div>
  );
}

function useFolding(panel: React.RefObject<PanelImperativeHandle | null>, isOpen: boolean): void {
  useEffect(() => {
    const handle = panel.current;
    if (handle === null || handle.isCollapsed() !== isOpen) return;
    if (isOpen) handle.expand();
    else handle.collapse();
  }, [panel, isOpen]);
}
