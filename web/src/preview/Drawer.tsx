/** The panel beside the page. What is in it is loaded when it is first opened. */
import { lazy, Suspense } from "react";

import { Glyph } from "../library/Glyph";
import { persistently } from "../library/persistently";

export type PanelName = "data" | "runs" | "problems";

const TITLES: Readonly<Record<PanelName, string>> = { data: "Data", runs: "Runs", problems: "Problems" };
const PANELS = {
  data: lazy(async () => ({ default: (await persistently(() => import("./panels/DataPanel"))).DataPanel })),
  runs: lazy(async () => ({ default: (await persistently(() => import("./panels/RunsPanel"))).RunsPanel })),
  problems: lazy(async () => ({ default: (await persistently(() => import("./panels/ProblemsPanel"))).ProblemsPanel })),
};

interface DrawerProps {
  readonly panel: PanelName;
  readonly onClose: () => void;
}

export function Drawer({ panel, onClose }: DrawerProps) {
  const Panel = PANELS[panel];
  return (
    <aside
      className="player-drawer"
      aria-label={TITLES[panel]}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
    >
      <header className="player-drawer-head">
        <h2>{TITLES[panel]}</h2>
        <span className="player-spring" />
        <button type="button" className="player-icon-button" aria-label="Close the panel" onClick={onClose}>
          <Glyph name="x" size={16} />
        </button>
      </header>
      <Suspense fallback={<p className="player-muted" role="status">Loading…</p>}>
        <Panel />
      </Suspense>
    </aside>
  );
}
