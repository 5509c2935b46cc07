/** Tabs: one child is one panel; on the canvas the panel that holds the selection is shown. */
import { type KeyboardEvent, useId, useState } from "react";

import { ownWords } from "../model/labels";
import { typeName } from "../model/registry";
import type { Snapshot } from "../model/snapshot";
import type { LiveNode } from "../model/types";
import { isExpression, listEntries } from "../model/value";
import { sameItems, useSelect } from "../shared/store";
import { Bound } from "./Bound";
import { nextItem } from "./menu";
import { NodeView } from "./NodeView";
import { useNumber, useProp } from "./properties";
import { useChildIds, useNode, useStage } from "./stage";
import type { ViewProps } from "./view";

/** Where the label of each panel stands within `labels`: under a key, or at a position. */
function labelPaths(node: LiveNode): readonly (readonly string[])[] {
  const { labels } = node.props;
  if (Array.isArray(labels)) return labels.map((_, index) => ["labels", String(index)]);
  return listEntries(labels).map(([entry]) => ["labels", entry, "value"]);
}

/** Panels whose visibility is written out as no; computed ones decide inside their tab. */
function shown(panels: readonly string[], snapshot: Snapshot): readonly string[] {
  return panels.filter((panel) => snapshot.node(panel)?.props.visible !== false);
}

export function TabsView({ node, root }: ViewProps) {
  const stage = useStage();
  const id = useId();
  const all = useChildIds(node.id, "children");
  const panels = useSelect(stage.snapshots, (snapshot) => (stage.mode === "play" ? shown(all, snapshot) : all), sameItems);
  const [chosen, choose] = useState<string | null>(null);
  const active = useNumber(node, "active", 0);
  const revealed = useSelect(stage.revealed, (ids) => panels.find((panel) => ids.has(panel)) ?? null);
  const current = (stage.mode === "design" ? revealed : null) ?? (chosen !== null && panels.includes(chosen) ? chosen : panels[active] ?? panels[0]);
  const paths = labelPaths(node);
  const step = (event: KeyboardEvent<HTMLButtonElement>, index: number): void => {
    const isBackward = getComputedStyle(event.currentTarget).direction === "rtl";
    const key = event.key === (isBackward ? "ArrowLeft" : "ArrowRight") ? "ArrowDown" : event.key === (isBackward ? "ArrowRight" : "ArrowLeft") ? "ArrowUp" : event.key;
    if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(key)) return;
    const next = panels[nextItem(key, index, panels) ?? index];
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
    (event.currentTarget.parentElement?.children[panels.indexOf(next)] as HTMLElement | undefined)?.focus();
  };
  return (
    <div {...root} className="app-tabs">
      {panels.length === 0 ? (
        stage.mode === "design" && <div className="app-slot-hint">No tabs yet: each child becomes a tab</div>
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
              <TabLabel node={node} panel={panel} path={paths[all.indexOf(panel)]} />
            </button>
          ))}
        </div>
      )}
      {current !== undefined && (
        <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${panels.indexOf(current)}`} className="app-tabpanel" tabIndex={stage.mode === "play" ? 0 : undefined}>
          <NodeView id={current} />
        </div>
      )}
    </div>
  );
}

const TITLES = ["title", "label", "name", "text"] as const;

function TabLabel({ node, panel, path }: { readonly node: LiveNode; readonly panel: string; readonly path: readonly string[] | undefined }) {
  const child = useNode(panel);
  const title = TITLES.find((name) => child?.props[name] !== undefined);
  const visible = useProp(child ?? node, "visible");
  const fallback = child === undefined ? "" : (ownWords(child) ?? typeName(child.type));
  const isOff = child !== undefined && isExpression(child.props.visible) && visible.state === "ready" && visible.value !== true;
  return (
    <span data-off={isOff || undefined}>
      {path !== undefined ? <Bound node={node} name={path} fallback={fallback} isWithinControl /> : child !== undefined && title !== undefined ? <Bound node={child} name={title} fallback={fallback} isWithinControl /> : fallback}
    </span>
  );
}
