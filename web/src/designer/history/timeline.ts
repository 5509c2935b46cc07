/** The history as far as it is known here: pages put together, and the rows that a list shows of them. */
import type { HistoryEntry, HistoryGroup, HistoryPage } from "../../shared/api";

export interface Timeline {
  /** Newest first. */
  readonly groups: readonly HistoryGroup[];
  readonly head: number;
  readonly start: number;
  /** Where the next page begins; null where the history does. */
  readonly next: number | null;
}

/** A place in the history: the entry and whose it is. */
export interface Spot {
  readonly group: HistoryGroup;
  readonly entry: HistoryEntry;
}

export type Row =
  | { readonly kind: "group"; readonly key: string; readonly group: HistoryGroup; readonly isOpen: boolean }
  | { readonly kind: "entry"; readonly key: string; readonly group: HistoryGroup; readonly entry: HistoryEntry; readonly isAlone: boolean }
  | { readonly kind: "more"; readonly key: string };

/**
 * The timeline after its newest page was read again. A page has whole groups, so that what it has is
 * all there is from `next` on; what is older stays, unless something in between was missed.
 */
export function withNewest(known: Timeline | null, page: HistoryPage): Timeline {
  const { groups, head, start, next } = page;
  if (known === null || next === null || next > known.head + 1 || head < known.head) return { groups, head, start, next };
  const older = known.groups.filter(({ first }) => first < next);
  return { groups: [...groups, ...older], head, start, next: known.next === null ? null : Math.min(known.next, next) };
}

/** The timeline with the page before what it had. */
export function withOlder(known: Timeline, page: HistoryPage): Timeline {
  const oldest = known.next ?? 0;
  return { ...known, start: page.start, groups: [...known.groups, ...page.groups.filter(({ first }) => first < oldest)], next: page.next };
}

/** What the list shows: groups, what is in the open ones, and that there is more. */
export function rowsOf(timeline: Timeline, open: ReadonlySet<number>): readonly Row[] {
  const rows = timeline.groups.flatMap((group): readonly Row[] => {
    const [only, ...others] = group.entries;
    if (only !== undefined && others.length === 0) return [{ kind: "entry", key: `e${only.first}`, group, entry: only, isAlone: true }];
    const isOpen = open.has(group.first);
    const head: Row = { kind: "group", key: `g${group.first}`, group, isOpen };
    if (!isOpen) return [head];
    return [head, ...group.entries.map((entry): Row => ({ kind: "entry", key: `e${entry.first}`, group, entry, isAlone: false }))];
  });
  return timeline.next === null ? rows : [...rows, { kind: "more", key: "more" }];
}

/** What is known of a revision. */
export function spotOf(groups: readonly HistoryGroup[], revision: number): Spot | null {
  const group = groups.find(({ first, last }) => first <= revision && revision <= last);
  const entry = group?.entries.find(({ first, last }) => first <= revision && revision <= last);
  return group === undefined || entry === undefined ? null : { group, entry };
}

const AGO: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const WEEK_S = 7 * 86_400;

/** How long ago a time was, in words; after a week the day says more. */
export function ago(time: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(time)) / 1000));
  if (seconds >= WEEK_S) return DAY.format(new Date(time));
  const found = AGO.find(([, length]) => seconds >= length);
  return found === undefined ? "just now" : RELATIVE.format(-Math.floor(seconds / found[1]), found[0]);
}

/** A time as a clock shows it, with the day where that is not today. */
export function clock(time: string, nowMs: number): string {
  const date = new Date(time);
  const hours = CLOCK.format(date);
  return DAY.format(date) === DAY.format(new Date(nowMs)) ? hours : `${DAY.format(date)}, ${hours}`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A revision in one line, as the slider says it. */
export function spotText(revision: number, spot: Spot | null, nowMs: number): string {
  if (spot === null) return `Revision ${revision}`;
  return `Revision ${revision} by ${spot.group.author.name}, ${clock(spot.entry.time, nowMs)}`;
}
