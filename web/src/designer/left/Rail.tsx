/** The rail at the left edge: which panel stands beside it; the open one's mark folds it away. */
import { Tooltip } from "@mantine/core";
import { Database, Files, Layers, type LucideIcon, Plus, Workflow } from "lucide-react";
import type { KeyboardEvent } from "react";

import { useSelect } from "../../shared/store";
import { CommandHost } from "../commands/CommandHost";
import { isMacPlatform, keyText } from "../commands/keys";
import { showLeft } from "../commands/panels";
import { LEFT_TABS } from "../commands/viewing";
import { type LeftTab, useDesk } from "../desk";

const ICONS: Readonly<Record<LeftTab, LucideIcon>> = { insert: Plus, pages: Files, layers: Layers, models: Database, workflows: Workflow };

export function Rail() {
  const desk = useDesk();
  const current = useSelect(desk.left, (tab) => tab);
  const isOpen = useSelect(desk.isLeftOpen, (value) => value);
  return (
    <>
      <div className="dr-rail" role="toolbar" aria-label="Panels" aria-orientation="vertical" onKeyDown={walk}>
        {LEFT_TABS.map(([tab, label], index) => (
          <Tooltip key={tab} label={`${label} (${keyText(`Alt+${index + 1}`, isMacPlatform())})`} position="right">
            <button
              type="button"
              className="dr-rail-tab"
              aria-label={label}
              aria-pressed={isOpen && tab === current}
              tabIndex={tab === current ? 0 : -1}
              onClick={() => showLeft(desk, tab)}
            >
              <TabIcon tab={tab} />
            </button>
          </Tooltip>
        ))}
      </div>
      <CommandHost />
    </>
  );
}

function TabIcon({ tab }: { readonly tab: LeftTab }) {
  const Icon = ICONS[tab];
  return <Icon size={18} aria-hidden />;
}

/** The arrows go from mark to mark: the toolbar is one stop of the Tab key. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const marks = [...event.currentTarget.querySelectorAll<HTMLElement>(".dr-rail-tab")];
  const at = marks.findIndex((mark) => mark === document.activeElement);
  const targets: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 };
  const target = targets[event.key];
  if (at < 0 || target === undefined) return;
  event.preventDefault();
  marks[(target + marks.length) % marks.length]?.focus();
}
