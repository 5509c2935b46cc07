/** The panel at the bottom: problems or history, as tabs; Esc closes it. */
import "./bottom.css";

import { ActionIcon, Tooltip } from "@mantine/core";
import { X } from "lucide-react";
import type { KeyboardEvent } from "react";

import { closeBottom } from "../commands/panels";
import { type BottomTab, type Desk, DeskContext, useConnection, useDesk } from "../desk";
import { HistoryPanel } from "../history/HistoryPanel";
import { ProblemsPanel } from "../panels/ProblemsPanel";

const TABS: readonly BottomTab[] = ["problems", "history"];
const TITLES: Readonly<Record<BottomTab, string>> = { problems: "Problems", history: "History" };

/** It stands on the desk of now, also while the panels above show the past. */
export function BottomPanel({ now, tab }: { readonly now: Desk; readonly tab: BottomTab }) {
  return <DeskContext value={now}><Panel tab={tab} /></DeskContext>;
}

function Panel({ tab }: { readonly tab: BottomTab }) {
  const desk = useDesk();
  const close = (): void => closeBottom(desk);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    close();
  };
  return (
    <div className="dr-bottom" onKeyDown={onKeyDown}>
      <div className="dr-bottom-head">
        <Tabs tab={tab} />
        <span className="dr-spring" />
        <Tooltip label="Close (Esc)">
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Close the bottom panel" onClick={close}><X size={14} aria-hidden /></ActionIcon>
        </Tooltip>
      </div>
      <div id="dr-bottom-content" className="dr-bottom-content" role="tabpanel" aria-labelledby={`dr-bottom-${tab}`}>
        {tab === "problems" ? <ProblemsPanel /> : <HistoryPanel />}
      </div>
    </div>
  );
}

function Tabs({ tab }: { readonly tab: BottomTab }) {
  const desk = useDesk();
  const problems = useConnection((state) => state.problems.length);
  const revision = useConnection((state) => state.revision);
  const counts: Readonly<Record<BottomTab, number | null>> = { problems, history: revision };
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length];
    if (by === 0 || next === undefined) return;
    event.preventDefault();
    desk.bottom.set(next);
    document.getElementById(`dr-bottom-${next}`)?.focus();
  };
  return (
    <div role="tablist" aria-label="Bottom panel" className="dr-bottom-tabs" onKeyDown={move}>
      {TABS.map((one) => (
        <button
          key={one}
          id={`dr-bottom-${one}`}
          type="button"
          role="tab"
          className="dr-bottom-tab"
          aria-selected={one === tab}
          aria-controls="dr-bottom-content"
          tabIndex={one === tab ? 0 : -1}
          onClick={() => desk.bottom.set(one)}
        >
          {TITLES[one]}
          {counts[one] !== null && <span className="dr-count">{counts[one].toLocaleString("en")}</span>}
        </button>
      ))}
    </div>
  );
}
