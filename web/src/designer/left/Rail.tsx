/** The rail at the left edge: which panel stands beside it; the open one's mark folds it away. */
import { Tooltip } from "@mantine/core";
import { Database, Files, Layers, type LucideIcon, Plus, Workflow } from "lucide-react";

import { useSelect } from "../../shared/store";
import { type LeftTab, useDesk } from "../desk";

const TABS: readonly (readonly [LeftTab, string, LucideIcon])[] = [
  ["insert", "Insert", Plus],
  ["pages", "Pages", Files],
  ["layers", "Layers", Layers],
  ["models", "Data models", Database],
  ["workflows", "Workflows", Workflow],
];

export function Rail() {
  const desk = useDesk();
  const current = useSelect(desk.left, (tab) => tab);
  const isOpen = useSelect(desk.isLeftOpen, (value) => value);
  const choose = (tab: LeftTab): void => {
    desk.isLeftOpen.set(tab !== current || !isOpen);
    desk.left.set(tab);
  };
  return (
    <div className="dr-rail" role="toolbar" aria-label="Panels" aria-orientation="vertical">
      {TABS.map(([tab, label, Icon]) => (
        <Tooltip key={tab} label={label} position="right">
          <button type="button" className="dr-rail-tab" aria-label={label} aria-pressed={isOpen && tab === current} onClick={() => choose(tab)}>
            <Icon size={18} aria-hidden />
          </button>
        </Tooltip>
      ))}
    </div>
  );
}
