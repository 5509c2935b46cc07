/** A table: records in rows, sorted, searched, filtered, by pages, and edited in place. */
import { useMemo, useRef, useState } from "react";

import { words } from "../../model/schema";
import type { LiveNode } from "../../model/types";
import { sameItems, useSelect } from "../../shared/store";
import { Glyph } from "../Glyph";
import { Empty, reasonOf, Skeleton, Unavailable } from "../marks";
import { Slot } from "../NodeView";
import { actionsOf } from "../performing";
import { constant, useFlag, useReadable } from "../properties";
import type { DataRecord, ModelInfo, RowEditor, RowResult } from "../runtime";
import { useScope } from "../scope";
import { columnTitles, isUnsourced, sourceModel, sourceName } from "../source";
import { useChildIds, useStage } from "../stage";
import type { ViewProps } from "../view";
import { type Column, isFilterable, useColumns } from "./columns";
import { prepareEditing, useEditors } from "./editing";
import { Header } from "./Header";
import { Pager } from "./Pager";
import { type RecordsQuery, useRecords } from "./query";
import { Rows } from "./Rows";

export function TableView(props: ViewProps) {
  return isUnsourced(useStage(), props.node) ? <DesignedTable {...props} /> : <PlayedTable {...props} />;
}

function DesignedTable({ node, root }: ViewProps) {
  const { snapshots } = useStage();
  const titles = useSelect(snapshots, (snapshot) => columnTitles(node, snapshot), sameItems);
  const columns = titles.length > 0 ? titles : ["No columns yet"];
  const toolbar = useChildIds(node.id, "toolbar");
  return (
    <div {...root} className="app-table-frame">
      {toolbar.length > 0 && (
        <div className="app-table-toolbar">
          <Slot node={node} name="toolbar" />
        </div>
      )}
      <div className="app-table-scroll">
        <table className="app-table">
          <thead>
            <tr>
              {columns.map((title, index) => (
                <th key={index} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <td colSpan={columns.length}>
                <Nothing node={node} />
              </td>
            </tr>
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Nothing({ node, isNarrowed = false }: { readonly node: LiveNode; readonly isNarrowed?: boolean }) {
  const { snapshots } = useStage();
  const source = useSelect(snapshots, (snapshot) => sourceName(node, snapshot));
  const empty = useChildIds(node.id, "empty");
  if (isNarrowed) return <Empty title="Nothing found">No record fits the search and the filters</Empty>;
  if (empty.length > 0) return <Slot node={node} name="empty" />;
  return <Empty title="No records yet">{source === null ? "No data source is chosen" : `Records of ${source} appear here`}</Empty>;
}

function PlayedTable({ node, root }: ViewProps) {
  const { mode, runtime } = useStage();
  const isPlayed = mode === "play";
  const scope = useScope();
  const query = useRecords(node);
  const model = query.state.model ?? runtime?.model(sourceModel(node)) ?? null;
  const columns = useColumns(node, "columns", model);
  const isEditable = useFlag(node, "editable") && isPlayed && (model === null || model.mayCreate || model.mayUpdate || model.mayDelete);
  const rows = useMemo(() => (isEditable ? (runtime?.rows(node, scope) ?? null) : null), [isEditable, runtime, node, scope]);
  const selection = useSelection(node);
  const [refused, setRefused] = useState<RowResult | null>(null);
  const [isAdding, setAdding] = useState(false);
  const [hasFilters, setFilters] = useState(false);
  const isBusy = query.state.state === "pending" || query.state.isRefreshing;
  const prepare = rows === null ? undefined : prepareEditing;
  const unit = rows !== null ? "cell" : selection.select === null ? null : "row";
  return (
    <div {...root} className="app-table-frame" data-refreshing={query.state.isRefreshing || undefined} onPointerEnter={prepare} onFocus={prepare}>
      <Toolbar node={node} query={query} columns={columns} hasFilters={hasFilters} onFilters={setFilters} />
      <div className="app-table-scroll">
        <table className="app-table" role={unit === null ? undefined : "grid"} aria-label={model === null ? undefined : words(model.name)} aria-busy={isBusy || undefined}>
          <Header columns={columns} query={query} hasFilters={hasFilters} hasActions={rows !== null} />
          <tbody>
            <Body node={node} query={query} columns={columns} hasActions={rows !== null} isAdding={isAdding} />
            <Rows
              node={node} records={query.state.records} columns={columns} rows={rows} unit={unit}
              mayUpdate={model?.mayUpdate ?? false} mayDelete={model?.mayDelete ?? false}
              selected={selection.selected} onSelect={selection.select} onRefused={setRefused}
            />
            {isAdding && rows !== null && <Adding rows={rows} columns={columns} onClose={() => setAdding(false)} />}
          </tbody>
        </table>
      </div>
      {refused !== null && !refused.isDone && <p className="app-error app-table-note" role="alert">{refused.error === null ? Object.values(refused.fieldErrors).join(" ") : reasonOf(refused.error)}</p>}
      <Foot query={query} rows={rows} model={model} isAdding={isAdding} onAdd={() => setAdding(true)} />
    </div>
  );
}

/** The row that was chosen last, and the choosing: by actions, or only to be seen. */
function useSelection(node: LiveNode) {
  const { mode, runtime } = useStage();
  const scope = useScope();
  const [selected, setSelected] = useState<string | null>(null);
  // On the canvas it is the table that is selected, not a row of it.
  const isSelectable = (useFlag(node, "selectable") || actionsOf(node, "onRowSelect").length > 0) && mode === "play";
  const guard = useRef(false);
  const select = useMemo(() => {
    if (!isSelectable) return null;
    return (item: DataRecord): void => {
      setSelected(item.id);
      if (guard.current || runtime === null || actionsOf(node, "onRowSelect").length === 0) return;
      guard.current = true;
      void runtime.perform(node, "onRowSelect", { ...scope, item }).finally(() => {
        guard.current = false;
      });
    };
  }, [isSelectable, runtime, node, scope]);
  return { selected, select };
}

interface ToolbarProps {
  readonly node: LiveNode;
  readonly query: RecordsQuery;
  readonly columns: readonly Column[];
  readonly hasFilters: boolean;
  readonly onFilters: (hasFilters: boolean) => void;
}

function Toolbar({ node, query, columns, hasFilters, onFilters }: ToolbarProps) {
  const tabIndex = useStage().mode === "design" ? -1 : undefined;
  const toolbar = useChildIds(node.id, "toolbar");
  const isSearchable = useFlag(node, "searchable");
  const count = Object.keys(query.filters).length;
  // Where all records are in sight there is nothing to narrow down.
  const isLarge = isSearchable || hasFilters || count > 0 || (query.state.total ?? 0) > query.pageSize;
  const mayFilter = isLarge && columns.some(isFilterable);
  if (toolbar.length === 0 && !isSearchable && !mayFilter) return null;
  return (
    <div className="app-table-toolbar">
      {isSearchable && (
        <label className="app-search">
          <Glyph name="search" />
          <span className="app-hidden">Search</span>
          <input type="search" className="app-input" placeholder="Search" tabIndex={tabIndex} value={query.search} onChange={(event) => query.setSearch(event.currentTarget.value)} />
        </label>
      )}
      <Slot node={node} name="toolbar" />
      {mayFilter && (
        <button
          type="button" tabIndex={tabIndex} className="app-button app-table-filter" data-variant="subtle" aria-pressed={hasFilters}
          onClick={() => {
            if (hasFilters) for (const path of Object.keys(query.filters)) query.setFilter(path, "");
            onFilters(!hasFilters);
          }}
        >
          <Glyph name="filter" size={15} />
          {hasFilters ? "Clear filters" : "Filter"}
        </button>
      )}
    </div>
  );
}

interface BodyProps {
  readonly node: LiveNode;
  readonly query: RecordsQuery;
  readonly columns: readonly Column[];
  readonly hasActions: boolean;
  readonly isAdding: boolean;
}

/** Rows without a record: on their way, failed, or none. */
function Body({ node, query, columns, hasActions, isAdding }: BodyProps) {
  const { state, records, error } = query.state;
  const span = Math.max(columns.length + (hasActions ? 1 : 0), 1);
  if (state === "pending") {
    return [0, 1, 2, 3, 4].slice(0, query.pageSize).map((row) => (
      <tr key={row} aria-hidden className="app-table-waiting">
        {(columns.length > 0 ? columns : [null]).map((column, index) => (
          <td key={index} data-align={column?.align}><Skeleton characters={6 + ((row * 3 + index * 5) % 9)} /></td>
        ))}
        {hasActions && <td className="app-table-actions" />}
      </tr>
    ));
  }
  if (state === "failed") return <tr><td colSpan={span} className="app-table-whole"><Unavailable error={error} what="These records" /></td></tr>;
  if (records.length > 0 || isAdding) return null;
  const isNarrowed = query.search !== "" || Object.keys(query.filters).length > 0;
  return <tr><td colSpan={span} className="app-table-whole"><div><Nothing node={node} isNarrowed={isNarrowed} /></div></td></tr>;
}

function Adding({ rows, columns, onClose }: { readonly rows: RowEditor; readonly columns: readonly Column[]; readonly onClose: () => void }) {
  const initial = useReadable(rows.initial);
  const editors = useEditors();
  return initial === null || editors === null ? null : <editors.NewRow columns={columns} initial={initial} rows={rows} onClose={onClose} />;
}

const NO_INITIAL = constant(null);

interface FootProps {
  readonly query: RecordsQuery;
  readonly rows: RowEditor | null;
  readonly model: ModelInfo | null;
  readonly isAdding: boolean;
  readonly onAdd: () => void;
}

function Foot({ query, rows, model, isAdding, onAdd }: FootProps) {
  const initial = useReadable(rows?.initial ?? NO_INITIAL);
  const mayAdd = rows !== null && (model?.mayCreate ?? false) && !isAdding;
  return (
    <div className="app-table-foot">
      {mayAdd && (
        <button type="button" className="app-button" data-variant="subtle" disabled={initial === null} onClick={onAdd}>
          <Glyph name="plus" size={15} />
          Add row
        </button>
      )}
      {mayAdd && initial === null && <span className="app-help">Save the record first</span>}
      <Pager query={query} />
    </div>
  );
}
