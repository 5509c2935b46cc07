/** The bottom panel: what the server found wrong, each a click away from its place. */
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { Check, CircleAlert, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";

import { nodeLabel } from "../../model/labels";
import { words } from "../../model/schema";
import type { Json, LiveNode, Problem } from "../../model/types";
import { isObject, listEntries } from "../../model/value";
import { useConnection, useDesk, useSnapshot } from "../desk";

/** Of a problem in one line, in pixels; longer ones are measured. */
const ROW_HEIGHT = 28;

export function ProblemsPanel() {
  const problems = useConnection((state) => state.problems);
  return (
    <section className="dr-problems" aria-label="Problems">
      {problems.length === 0 ? (
        <p className="dr-hint dr-problems-none"><Check size={13} aria-hidden /> No problems: everything that is named is there, and everything required is set.</p>
      ) : (
        <Problems problems={problems} />
      )}
    </section>
  );
}

/** Those in sight; Tab leads to one of them, arrows to the others. */
function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [wanted, setActive] = useState(0);
  const active = Math.min(wanted, problems.length - 1);
  const rows = useVirtualizer({
    count: problems.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), active])].sort((a, b) => a - b),
  });
  const onKey = (event: KeyboardEvent): void => {
    const targets: Readonly<Record<string, number>> = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: problems.length - 1 };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(target, 0), problems.length - 1);
    setActive(next);
    rows.scrollToIndex(next, { align: "auto" });
    // After the next frame, since the row may be drawn only then.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] button`)?.focus({ preventScroll: true }));
  };
  return (
    <div ref={scroller} className="dr-problems-list" onKeyDown={onKey}>
      <ul style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const problem = problems[index];
          return problem === undefined ? null : (
            <li key={`${problem.node}/${problem.code}/${index}`} ref={rows.measureElement} data-index={index} aria-posinset={index + 1} aria-setsize={problems.length} style={{ top: start }}>
              <ProblemRow problem={problem} isActive={index === active} onFocus={() => setActive(index)} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface ProblemRowProps {
  readonly problem: Problem;
  readonly isActive: boolean;
  readonly onFocus: () => void;
}

function ProblemRow({ problem, isActive, onFocus }: ProblemRowProps) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const node = snapshot.node(problem.node);
  const Icon = problem.severity === "error" ? CircleAlert : TriangleAlert;
  const place = node === undefined ? "" : problemPlace(problem, node);
  return (
    <button type="button" className="dr-problem" data-severity={problem.severity} tabIndex={isActive ? 0 : -1} onFocus={onFocus} onClick={() => desk.select(problem.node)}>
      <Icon size={13} aria-hidden />
      <span className="dr-problem-node dr-ellipsis" dir="auto">{node === undefined ? words(problem.node) : nodeLabel(node, desk.registry, snapshot)}</span>
      <span className="dr-problem-message">{problem.message}</span>
      {place !== "" && <span className="dr-muted dr-ellipsis">{place}</span>}
    </button>
  );
}

/** Where in the node, in words; an entry of a list is named by its number and not by its id. */
function problemPlace(problem: Problem, node: LiveNode): string {
  let value: Json | undefined = node.props;
  const steps = problem.path.filter((step, index) => index > 0 || step !== "props").map(String);
  return steps
    .map((step) => {
      const parent: Json | undefined = value;
      value = isObject(parent) ? parent[step] : undefined;
      const position = isObject(value) && "order" in value ? listEntries(parent).findIndex(([id]) => id === step) : -1;
      return position >= 0 ? String(position + 1) : words(step);
    })
    .join(" › ");
}
