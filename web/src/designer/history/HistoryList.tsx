/**
 * The list of changes, drawn as far as it is seen: groups by person and time, unfolded to entries.
 *
 * One row has the focus: arrows go up and down, right and left unfold and fold, Enter looks at it.
 */
import { Loader } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight } from "lucide-react";
import { type KeyboardEvent, useCallback, useEffect, useId, useRef, useState } from "react";

import { Avatar } from "../../shared/Avatar";
import { useSelect } from "../../shared/store";
import type { History } from "./history";
import { ago, clock, counted, type Row, rowsOf, type Timeline } from "./timeline";

const ROW_HEIGHT = 28;
const TICK_MS = 30_000;

interface HistoryListProps {
  readonly history: History;
  readonly timeline: Timeline;
  readonly error: string | null;
}

export function HistoryList({ history, timeline, error }: HistoryListProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const shown = useSelect(history.past, (past) => past?.revision ?? null);
  const rows = rowsOf(timeline, open);
  const id = useId();
  const now = useNow();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    getItemKey: (index) => rows[index]?.key ?? index,
  });
  const items = virtual.getVirtualItems();
  const isAtEnd = rows[items.at(-1)?.index ?? -1]?.kind === "more";
  useEffect(() => {
    if (isAtEnd && error === null) void history.more();
  }, [history, isAtEnd, error, rows.length]);
  const fold = useCallback((first: number, isOpen: boolean) => setOpen((before) => {
    const next = new Set(before);
    if (isOpen) next.add(first);
    else next.delete(first);
    return next;
  }), []);
  const at = Math.max(0, rows.findIndex(({ key }) => key === active));
  const act = (row: Row): void => {
    if (row.kind === "group") fold(row.group.first, !row.isOpen);
    else if (row.kind === "entry") history.show(row.entry.last);
    else void history.more();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at];
    const next = row === undefined ? null : step(event.key, at, rows);
    if (row === undefined || next === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (next === "act") act(row);
    else if (next === "open" || next === "close") fold(row.kind === "more" ? -1 : row.group.first, next === "open");
    else {
      setActive(rows[next]?.key ?? null);
      virtual.scrollToIndex(next);
    }
  };
  return (
    <div
      ref={scroller}
      className="dr-history-list"
      role="tree"
      aria-label="Changes, newest first"
      tabIndex={0}
      aria-activedescendant={rows[at] === undefined ? undefined : `${id}-${rows[at].key}`}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtual.getTotalSize(), position: "relative" }} role="presentation">
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          // A folded group stands for what is in it.
          const span = row.kind === "entry" ? row.entry : row.kind === "group" && !row.isOpen ? row.group : null;
          const isShown = span !== null && shown !== null && span.first <= shown && shown <= span.last;
          const press = (): void => {
            setActive(row.key);
            act(row);
          };
          return (
            <div
              key={item.key}
              id={`${id}-${row.key}`}
              className="dr-history-row"
              style={{ transform: `translateY(${item.start}px)` }}
              data-active={item.index === at || undefined}
              role="treeitem"
              aria-level={row.kind === "entry" && !row.isAlone ? 2 : 1}
              aria-expanded={row.kind === "group" ? row.isOpen : undefined}
              aria-selected={isShown}
              onClick={press}
            >
              <RowContent row={row} now={now} error={error} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function RowContent({ row, now, error }: { readonly row: Row; readonly now: number; readonly error: string | null }) {
  if (row.kind === "more") {
    return error === null ? <><Loader size={12} aria-hidden /> <span className="dr-muted">Reading older changes</span></> : <span>{error} Press to try again.</span>;
  }
  const { group } = row;
  if (row.kind === "group") {
    return (
      <>
        <ChevronRight className="dr-history-chevron" size={14} aria-hidden data-open={row.isOpen} />
        <Avatar name={group.author.name} color={group.author.color} size={18} />
        <span className="dr-history-name dr-ellipsis" dir="auto">{group.author.name}</span>
        <Time time={group.end} now={now} />
        <span className="dr-history-words dr-ellipsis" dir="auto">{group.words}</span>
        <span className="dr-muted dr-number">{group.changes > 0 && counted(group.changes, "change")}</span>
      </>
    );
  }
  const { entry } = row;
  return (
    <>
      <span className="dr-history-indent" data-deep={!row.isAlone || undefined} />
      {row.isAlone && <Avatar name={group.author.name} color={group.author.color} size={18} />}
      {row.isAlone && <span className="dr-history-name dr-ellipsis" dir="auto">{group.author.name}</span>}
      {row.isAlone ? <Time time={entry.time} now={now} /> : <time className="dr-muted dr-number" dateTime={entry.time}>{clock(entry.time, now)}</time>}
      <span className="dr-history-words dr-ellipsis" dir="auto" title={entry.words}>{entry.words}</span>
      <span className="dr-muted dr-number">r{entry.last}</span>
    </>
  );
}

function Time({ time, now }: { readonly time: string; readonly now: number }) {
  return <time className="dr-history-time dr-muted" dateTime={time} title={clock(time, now)}>{ago(time, now)}</time>;
}

/** What a key does at row `at`: goes to a row, unfolds, folds, acts; null: it is not for the list. */
function step(key: string, at: number, rows: readonly Row[]): number | "open" | "close" | "act" | null {
  const row = rows[at];
  const last = rows.length - 1;
  switch (key) {
    case "ArrowDown": return Math.min(last, at + 1);
    case "ArrowUp": return Math.max(0, at - 1);
    case "Home": return 0;
    case "End": return last;
    case "Enter":
    case " ": return "act";
    case "ArrowRight": return row?.kind === "group" ? (row.isOpen ? Math.min(last, at + 1) : "open") : null;
    case "ArrowLeft": {
      if (row?.kind === "group") return "close";
      const head = rows.findLastIndex((other, index) => index < at && other.kind === "group");
      return row?.kind === "entry" && !row.isAlone && head >= 0 ? head : null;
    }
    default: return null;
  }
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
