/**
 * The list of changes, drawn as far as it is seen: groups by person and time, unfolded to entries.
 *
 * One row has the focus: arrows go up and down and show the revision of the row, right and left
 * unfold and fold. A revision that the slider goes to is unfolded, marked, and scrolled to.
 */
import { Loader } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type RefObject, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

import { Avatar } from "../../shared/Avatar";
import { useSelect } from "../../shared/store";
import { groupDigits } from "../bar/digits";
import type { History } from "./history";
import { ago, clock, counted, isOf, revisionOf, type Row, rowsOf, spotOf, type Timeline } from "./timeline";

const ROW_HEIGHT = 28;
const TICK_MS = 30_000;

interface HistoryListProps {
  readonly history: History;
  readonly timeline: Timeline;
  readonly error: string | null;
}

export function HistoryList({ history, timeline, error }: HistoryListProps) {
  const { open, fold } = useOpen(history, timeline);
  const scroller = useRef<HTMLDivElement>(null);
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
  useSteadyScroll(scroller, rows);
  useMore(history, rows[items[0]?.index ?? -1], rows[items.at(-1)?.index ?? -1], rows.length, error);
  const { at, marked, setActive } = useMarked(history, rows, (index) => virtual.scrollToIndex(index, { align: "auto" }));
  const act = (row: Row): void => {
    if (row.kind === "group") fold(row.group.first, !row.isOpen);
    else if (row.kind === "entry") history.show(row.entry.last);
    else void (row.kind === "more" ? history.more() : history.newer());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at];
    const next = row === undefined ? null : step(event.key, at, rows);
    if (row === undefined || next === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (next === "act") act(row);
    else if (next === "open" || next === "close") {
      if (row.kind === "group" || row.kind === "entry") fold(row.group.first, next === "open");
    } else {
      setActive(rows[next]?.key ?? null);
      virtual.scrollToIndex(next);
      const revision = revisionOf(rows[next]);
      if (revision !== null) history.show(revision, false);
    }
  };
  const press = (row: Row): void => {
    setActive(row.key);
    act(row);
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
        {items.map(({ key, index, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <HistoryRow key={key} id={id} row={row} top={start} isActive={index === at} isShown={index === marked} onPress={press}>
              <RowContent row={row} now={now} error={error} />
            </HistoryRow>
          );
        })}
      </div>
    </div>
  );
}

interface HistoryRowProps {
  /** Of the list. */
  readonly id: string;
  readonly row: Row;
  readonly top: number;
  readonly isActive: boolean;
  /** Whether it stands for the revision that is shown. */
  readonly isShown: boolean;
  readonly onPress: (row: Row) => void;
  readonly children: ReactNode;
}

function HistoryRow({ id, row, top, isActive, isShown, onPress, children }: HistoryRowProps) {
  return (
    <div
      id={`${id}-${row.key}`}
      className="dr-history-row"
      style={{ transform: `translateY(${top}px)` }}
      data-active={isActive || undefined}
      role="treeitem"
      aria-level={row.kind === "entry" && !row.isAlone ? 2 : 1}
      aria-expanded={row.kind === "group" ? row.isOpen : undefined}
      aria-selected={isShown}
      onClick={() => onPress(row)}
    >
      {children}
    </div>
  );
}

/** The row that stands for the revision that is shown, and the one that keys work on, which follows it. */
function useMarked(history: History, rows: readonly Row[], scrollTo: (index: number) => void) {
  const [active, setActive] = useState<string | null>(null);
  const shown = useSelect(history.past, (past) => past?.revision ?? null);
  const marked = shown === null ? -1 : rows.findIndex((row) => isOf(row, shown));
  const markedKey = rows[marked]?.key ?? null;
  useEffect(() => {
    if (markedKey === null) return;
    setActive(markedKey);
    scrollTo(marked);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what others add above it does not scroll
  }, [shown, markedKey]);
  return { at: Math.max(0, rows.findIndex(({ key }) => key === active)), marked, setActive };
}

/** Which groups are unfolded; the one of the revision that is shown is as soon as it is known. */
function useOpen(history: History, timeline: Timeline) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const fold = useCallback((first: number, isOpen: boolean) => setOpen((before) => {
    if (before.has(first) === isOpen) return before;
    const next = new Set(before);
    if (isOpen) next.add(first);
    else next.delete(first);
    return next;
  }), []);
  const shown = useSelect(history.past, (past) => past?.revision ?? null);
  const group = shown === null ? null : (spotOf(timeline.groups, shown)?.group.first ?? null);
  useEffect(() => {
    if (group !== null) fold(group, true);
  }, [fold, shown, group]);
  return { open, fold };
}

/** Reads on where the list ends, at both ends. */
function useMore(history: History, first: Row | undefined, last: Row | undefined, count: number, error: string | null): void {
  const isAtEnd = last?.kind === "more";
  const isAtTop = first?.kind === "newer";
  useEffect(() => {
    if (error !== null) return;
    if (isAtEnd) void history.more();
    else if (isAtTop) void history.newer();
  }, [history, isAtEnd, isAtTop, error, count]);
}

/** What one reads stays where it is when rows come in above it; at the very top the newest is seen. */
function useSteadyScroll(scroller: RefObject<HTMLDivElement | null>, rows: readonly Row[]): void {
  const seen = useRef<{ readonly key: string; readonly index: number } | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const before = seen.current;
    const index = before === null ? -1 : rows.findIndex(({ key }) => key === before.key);
    if (before !== null && index > before.index && element.scrollTop > 0) element.scrollTop += (index - before.index) * ROW_HEIGHT;
    const note = (): void => {
      const top = Math.ceil(element.scrollTop / ROW_HEIGHT);
      const row = rows[top];
      seen.current = row === undefined ? null : { key: row.key, index: top };
    };
    note();
    element.addEventListener("scroll", note, { passive: true });
    return () => element.removeEventListener("scroll", note);
  });
}

function RowContent({ row, now, error }: { readonly row: Row; readonly now: number; readonly error: string | null }) {
  if (row.kind === "more" || row.kind === "newer") {
    if (error !== null) return <span>{error} Press to try again.</span>;
    return <><Loader size={12} aria-hidden /> <span className="dr-muted">Reading {row.kind === "more" ? "older" : "newer"} changes</span></>;
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
      <span className="dr-muted dr-number">r{groupDigits(entry.last)}</span>
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
