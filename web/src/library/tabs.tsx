/** Tabs: one child is one panel; on the canvas the panel that holds the selection is shown. */
import { type KeyboardEvent, useId, useState } from "react";

import { ownWords } from "../model/labels";
import { typeName } from "../model/registry";
import { toText } from "../model/value";
import { sameItems, useSelect } from "../shared/store";
import { NodeView } from "./NodeView";
import { number, scalars } from "./read";
import { useChildIds, useStage } from "./stage";
import type { ViewProps } from "./view";

export function TabsView({ node, root }: ViewProps) {
  const stage = useStage();
  const id = useId();
  const panels = useChildIds(node.id, "children");
  const titles = useSelect(
    stage.snapshots,
    (snapshot) => panels.map((panel) => {
      const child = snapshot.node(panel);
      return child === undefined ? "" : (ownWords(child) ?? typeName(child.type));
    }),
    sameItems,
  );
  const [chosen, choose] = useState<string | null>(null);
  const revealed = useSelect(stage.revealed, (ids) => panels.find((panel) => ids.has(panel)) ?? null);
  const current = (stage.mode === "design" ? revealed : null) ?? (chosen !== null && panels.includes(chosen) ? chosen : panels[number(node, "active", 0)] ?? panels[0]);
  const named = scalars(node.props.labels).map(toText);
  const step = (event: KeyboardEvent<HTMLButtonElement>, index: number): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = panels[(index + by + panels.length) % panels.length];
    if (by === 0 || next === undefined) return;
    choose(next);
    (event.currentTarget.parentElement?.children[panels.indexOf(next)] as HTMLElement | undefined)?.focus();
  };
  return (
    <div {...root} className="app-tabs">
      {panels.length === 0 ? (
        <div className="app-slot-hint">No tabs yet: each child becomes a tab</div>
      ) : (
        <div role="tablist" className="app-tablist">
          {panels.map((panel, index) => (
            <button
              key={panel}
              type="button"
              role="tab"
              id={`${id}-tab-${index}`}
              aria-selected={panel === current}
              aria-controls={panel === current ? `${id}-panel` : undefined}
              tabIndex={stage.mode === "play" && panel === current ? 0 : -1}
              onClick={() => choose(panel)}
              onKeyDown={(event) => step(event, index)}
            >
              {named[index] || titles[index]}
            </button>
          ))}
        </div>
      )}
      {current !== undefined && (
        <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${panels.indexOf(current)}`} className="app-tabpanel">
          <NodeView id={current} />
        </div>
      )}
    </div>
  );
}
