/** The layer tree: everything that the application is made of, by section. */
import { useEffect, useMemo, useRef } from "react";

import { useSelect } from "../../shared/store";
import { nodeLabel } from "../../model/labels";
import { treeRows } from "../../model/tree";
import { useConnection, useDesk, useSelection, useSnapshot } from "../desk";
import { handleKey } from "../keyboard";
import type { Person } from "../presence";
import { LayerRow, rowElementId } from "./LayerRow";

const NOBODY: readonly Person[] = [];

export function LayerTree() {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const expanded = useSelect(desk.expanded, (value) => value);
  const selected = useSelection();
  const rows = useMemo(() => treeRows(snapshot, desk.registry, expanded), [snapshot, desk.registry, expanded]);
  const problems = useProblemCounts();
  const people = usePeopleByNode();
  const refused = useConnection((state) => state.refused?.nodes);
  const tree = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Only one's own selection scrolls the tree; what others do never moves it.
    document.getElementById(rowElementId(selected))?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <div
      ref={tree}
      className="dr-tree"
      role="tree"
      aria-label="Layers"
      tabIndex={0}
      aria-activedescendant={rowElementId(selected)}
      onKeyDown={(event) => {
        if (handleKey(desk, event)) event.preventDefault();
      }}
    >
      {rows.map((row) => (
        <LayerRow
          key={row.key}
          row={row}
          label={row.node === null ? row.title : nodeLabel(row.node, desk.registry, snapshot)}
          isSelected={row.key === selected}
          problems={problems.get(row.key) ?? 0}
          people={people.get(row.key) ?? NOBODY}
          isRefused={refused?.includes(row.key) === true}
        />
      ))}
    </div>
  );
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
