/**
 * The layer tree: everything that the application is made of, by section.
 *
 * Only the rows in sight are in the page, besides the one that the keyboard works on and the one that
 * is being dragged: a listener is told of the first, and a drag ends with its element.
 */
import "./layers.css";

import { useEffect, useMemo, useRef } from "react";

import { useSelect } from "../../shared/store";
import { nodeLabel } from "../../model/labels";
import { obstacleText } from "../../model/targets";
import { type TreeRow, treeRows } from "../../model/tree";
import { toolsOf } from "../commands/tools";
import { useConnection, useDesk, useSelectedKeys, useSnapshot } from "../desk";
import { handleKey } from "../keyboard";
import { useRows } from "../lists/useRows";
import type { Person } from "../presence";
import { LEVEL_STEP, ROW_HEIGHT, type TreeDrop } from "./dropTarget";
import { LayerRow, rowElementId } from "./LayerRow";
import { useAnchor } from "./useAnchor";
import { useTreeDrop } from "./useTreeDrop";

const NOBODY: readonly Person[] = [];
/** Empty space above the first row, in pixels; the stylesheet has the same. */
const INSET = 4;
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export function LayerTree() {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const expanded = useSelect(desk.expanded, (value) => value);
  const keys = useSelectedKeys();
  const selected = keys.at(-1);
  const rows = useMemo(() => treeRows(snapshot, desk.registry, expanded), [snapshot, desk.registry, expanded]);
  const active = rows.findIndex((row) => row.key === selected);
  const tree = useRef<HTMLDivElement>(null);
  const virtualizer = useRows(() => tree.current, { count: rows.length, height: ROW_HEIGHT, inset: INSET, kept: [active] });
  useEffect(() => {
    // Only one's own selection scrolls the tree; what others do never moves it.
    if (active >= 0 && !isInSight(virtualizer, active)) virtualizer.scrollToIndex(active, { align: "auto" });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a row that others shift is not scrolled to
  }, [selected]);
  useAnchor(tree, virtualizer, rows, INSET);
  const drop = useTreeDrop(tree, rows, INSET);
  const chosen = useMemo(() => new Set(keys), [keys]);
  const renderRow = useRow(rows, chosen, selected);
  return (
    <div
      ref={tree}
      className="dr-tree"
      role="tree"
      aria-label="Layers"
      aria-multiselectable
      tabIndex={0}
      aria-activedescendant={active < 0 || selected === undefined ? undefined : rowElementId(selected)}
      onKeyDown={(event) => {
        if (handleKey(desk, event)) event.preventDefault();
      }}
    >
      <div className="dr-tree-rows" role="presentation" style={{ height: rows.length * ROW_HEIGHT }}>
        {virtualizer.getVirtualItems().map(({ index }) => renderRow(index))}
        {drop !== null && <DropMark drop={drop} />}
      </div>
    </div>
  );
}

/** Asked of what is remembered: to scroll a tree that need not be makes the browser lay out all first. */
function isInSight({ scrollOffset, scrollRect }: ReturnType<typeof useRows>, index: number): boolean {
  if (scrollOffset === null || scrollRect === null) return false;
  const top = INSET + index * ROW_HEIGHT;
  return top - INSET >= scrollOffset && top + ROW_HEIGHT + INSET <= scrollOffset + scrollRect.height;
}

function useRow(rows: readonly TreeRow[], chosen: ReadonlySet<string>, selected: string | undefined) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const tools = toolsOf(desk);
  const renaming = useSelect(tools.renaming, (value) => value);
  const deletedAt = useSelect(tools.deletedAt, (value) => value);
  const problems = useProblemCounts();
  const people = usePeopleByNode();
  const locks = useSelect(desk.connection.locks.state, (state) => state);
  const refused = useRefusedNodes();
  const changed = useSelect(desk.changed, (value) => value);
  return (index: number) => {
    const row = rows[index];
    if (row === undefined) return null;
    const time = row.isTrash && row.level === 2 ? deletedAt.get(row.key) : undefined;
    return (
      <LayerRow
        key={row.key}
        row={row}
        index={index}
        label={row.node === null ? row.title : nodeLabel(row.node, desk.registry, snapshot)}
        isSelected={chosen.has(row.key)}
        isActive={row.key === selected}
        isRenaming={row.key === renaming}
        problems={problems.get(row.key) ?? 0}
        people={people.get(row.key) ?? NOBODY}
        isRefused={refused.has(row.key)}
        lock={locks.locks.find(({ component }) => component === row.key) ?? null}
        isChanged={changed.has(row.key)}
        deleted={time === undefined ? null : `deleted ${TIME.format(time)}`}
      />
    );
  };
}

/** A line where the drop would go, or a frame around what it would go into; red where it may not. */
function DropMark({ drop }: { readonly drop: TreeDrop }) {
  const why = drop.kind === "trash" || drop.obstacle === null ? null : obstacleText(drop.obstacle);
  const top = drop.at * ROW_HEIGHT;
  const isLine = drop.kind === "gap";
  return (
    <div
      className={isLine ? "dr-drop-line" : "dr-drop-into"}
      data-illegal={why !== null || undefined}
      style={isLine ? { top, insetInlineStart: (drop.level - 1) * LEVEL_STEP + 20 } : { top }}
      aria-hidden
    >
      {why !== null && <span className="dr-drop-why">{why}</span>}
    </div>
  );
}

export /** The nodes of which something was refused that nobody has dismissed yet. */
function useRefusedNodes(): ReadonlySet<string> {
  const refusals = useSelect(useDesk().connection.refusals.list, (list) => list);
  return useMemo(() => new Set(refusals.flatMap(({ nodes }) => nodes)), [refusals]);
}

function useProblemCounts(): ReadonlyMap<string, number> {
  const problems = useConnection((state) => state.problems);
  return useMemo(() => {
    const counts = new Map<string, number>();
    for (const problem of problems) counts.set(problem.node, (counts.get(problem.node) ?? 0) + 1);
    return counts;
  }, [problems]);
}

function usePeopleByNode(): ReadonlyMap<string, readonly Person[]> {
  const people = useSelect(useDesk().connection.presence.people, (value) => value);
  return useMemo(() => {
    const byNode = new Map<string, Person[]>();
    for (const person of people) {
      for (const id of person.selection) byNode.set(id, [...(byNode.get(id) ?? []), person]);
    }
    return byNode;
  }, [people]);
}
