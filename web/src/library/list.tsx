/** A list: repeats its content for each record, which is `item` there. */
import { type CSSProperties, type KeyboardEvent, memo } from "react";

import type { LiveNode } from "../model/types";
import { useSelect } from "../shared/store";
import { Empty, Unavailable } from "./marks";
import { Slot } from "./NodeView";
import { actionsOf, useOnce } from "./performing";
import { useChoice, useNumber } from "./properties";
import type { DataRecord } from "./runtime";
import { ScopeContext, useItemScope } from "./scope";
import { isUnsourced, sourceName } from "./source";
import { useChildIds, useStage } from "./stage";
import { Pager } from "./table/Pager";
import { useRecords } from "./table/query";
import type { ViewProps } from "./view";

export function ListView(props: ViewProps) {
  return isUnsourced(useStage(), props.node) ? <DesignedList {...props} /> : <PlayedList {...props} />;
}

const REPEATS = "What is put here repeats for each record";

function DesignedList({ node, root }: ViewProps) {
  return (
    <div {...root} className="app-list">
      <Slot node={node} hint={REPEATS} />
      <Nothing node={node} />
    </div>
  );
}

function Nothing({ node }: { readonly node: LiveNode }) {
  const { snapshots } = useStage();
  const source = useSelect(snapshots, (snapshot) => sourceName(node, snapshot));
  const empty = useChildIds(node.id, "empty");
  if (empty.length > 0) return <Slot node={node} name="empty" />;
  return <Empty title="No records yet">{source === null ? "No data source is chosen" : `Records of ${source} appear here`}</Empty>;
}

function PlayedList({ node, root }: ViewProps) {
  const query = useRecords(node);
  const { state, records, error, isRefreshing } = query.state;
  const { mode } = useStage();
  const direction = useChoice(node, "direction", ["vertical", "horizontal"], "vertical");
  const gap = { "--gap": useNumber(node, "gap", 1, 0, 12) } as CSSProperties;
  return (
    <div {...root} className="app-list" data-played aria-busy={state === "pending" || isRefreshing}>
      {state === "failed" && <Unavailable error={error} what="This list" />}
      {state === "pending" && <Waiting />}
      {/* What repeats has to be there to be drawn, even while there is nothing to repeat it for. */}
      {state === "ready" && records.length === 0 && mode === "design" && <Slot node={node} hint={REPEATS} />}
      {state === "ready" && records.length === 0 && <Nothing node={node} />}
      {records.length > 0 && (
        <ul className="app-list-items" data-direction={direction} style={gap}>
          {records.map((record) => (
            <Item key={record.id} node={node} record={record} />
          ))}
        </ul>
      )}
      <Pager query={query} />
    </div>
  );
}

function Waiting() {
  return (
    <div className="app-list-items" role="status" aria-label="Loading">
      {[1, 2, 3].map((row) => (
        <span key={row} className="app-skeleton app-skeleton-block" />
      ))}
    </div>
  );
}

interface ItemProps {
  readonly node: LiveNode;
  readonly record: DataRecord;
}

// Repeated content is costly to draw; a list that grows by one record draws one more.
const Item = memo(function Item({ node, record }: ItemProps) {
  const { mode, runtime } = useStage();
  const scope = useItemScope(record);
  const isSelectable = mode === "play" && actionsOf(node, "onItemSelect").length > 0;
  const { run } = useOnce(() => runtime?.perform(node, "onItemSelect", scope) ?? Promise.resolve(true));
  const press = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    run();
  };
  return (
    <li
      className="app-list-item"
      data-selectable={isSelectable || undefined}
      tabIndex={isSelectable ? 0 : undefined}
      onKeyDown={isSelectable ? press : undefined}
      onClick={(event) => isSelectable && !isControl(event.target) && run()}
    >
      <ScopeContext value={scope}>
        <Slot node={node} hint={REPEATS} />
      </ScopeContext>
    </li>
  );
});

/** Whether a press was meant for a control inside rather than for what holds it. */
export function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("button, a, input, select, textarea, label, summary, [role=option], [role=menuitem]") !== null;
}
