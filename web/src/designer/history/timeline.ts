/** The history as far as it is known here: pages put together, and the rows that a list shows of them. */
import type { HistoryEntry, HistoryGroup, HistoryPage } from "../../shared/api";
import { groupDigits } from "../bar/digits";

export interface Timeline {
  /** Newest first. */
  readonly groups: readonly HistoryGroup[];
  readonly head: number;
  readonly start: number;
  /** Where the next page begins; null where the history does. */
  readonly next: number | null;
  /** The first revision behind what is known, where that does not reach to now. */
  readonly newer: number | null;
}

/** A place in the history: the entry and whose it is. */
export interface Spot {
  readonly group: HistoryGroup;
  readonly entry: HistoryEntry;
}

export type Row =
  | { readonly kind: "group"; readonly key: string; readonly group: HistoryGroup; readonly isOpen: boolean }
  | { readonly kind: "entry"; readonly key: string; readonly group: HistoryGroup; readonly entry: HistoryEntry; readonly isAlone: boolean }
  | { readonly kind: "more"; readonly key: string }
  | { readonly kind: "newer"; readonly key: string };

/**
 * The timeline after its newest page was read again. A page has whole groups, so that what it has is
 * all there is from `next` on; what is older stays, unless something in between was missed.
 */
export function withNewest(known: Timeline | null, page: HistoryPage): Timeline {
  const { groups, head, start, next } = page;
  const isApart = known === null || known.newer !== null || next === null || next > known.head + 1 || head < known.head;
  if (isApart) return { groups, head, start, next, newer: null };
  const older = known.groups.filter(({ first }) => first < next);
  return { groups: [...groups, ...older], head, start, next: known.next === null ? null : Math.min(known.next, next), newer: null };
}

/** The timeline with the page before what it had. */
export function withOlder(known: Timeline | null, page: HistoryPage): Timeline {
  if (known === null) return page;
  const oldest = known.next ?? 0;
  return { ...known, start: page.start, groups: [...known.groups, ...page.groups.filter(({ first }) => first < oldest)], next: page.next };
}

/** The timeline with the page after what it had, which begins where that ended. */
export function withNewer(known: Timeline | null, page: HistoryPage): Timeline {
  if (known === null) return page;
  const from = known.newer ?? Infinity;
  return { ...known, head: page.head, groups: [...page.groups.filter(({ first }) => first >= from), ...known.groups], newer: page.newer };
}

/** Whether a revision is within what is known, shown or left out by the filter. */
export function holds({ next, newer, head, start }: Timeline, revision: number): boolean {
  return revision >= (next ?? start) && revision < (newer ?? head + 1);
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
  const older: readonly Row[] = timeline.next === null ? [] : [{ kind: "more", key: "more" }];
  const newer: readonly Row[] = timeline.newer === null ? [] : [{ kind: "newer", key: "newer" }];
  return [...newer, ...rows, ...older];
}

/** The revision to show for a row; null for an unfolded group, which leaves that to its entries. */
export function revisionOf(row: Row | undefined): number | null {
  if (row?.kind === "group") return row.isOpen ? null : row.group.last;
  return row?.kind === "entry" ? row.entry.last : null;
}

/** Whether a row stands for a revision: an unfolded group leaves that to its entries. */
export function isOf(row: Row, revision: number): boolean {
  const span = row.kind === "entry" ? row.entry : row.kind === "group" && !row.isOpen ? row.group : null;
  return span !== null && span.first <= revision && revision <= span.last;
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
  const day = DAY.format(date);
  if (day === DAY.format(new Date(nowMs))) return hours;
  const yesterday = new Date(nowMs);
  yesterday.setDate(yesterday.getDate() - 1);
  return day === DAY.format(yesterday) ? `yesterday ${hours}` : `${day}, ${hours}`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A revision in one line, as the slider says it and the mark of the past. */
export function spotText(revision: number, spot: Spot | null, nowMs: number): string {
  const number = `Revision ${groupDigits(revision)}`;
  return spot === null ? number : `${number} · ${spot.group.author.name}, ${clock(spot.entry.time, nowMs)}`;
}

/** Those who made revisions after one: a few names, and how many more there are. */
export interface HistoryPeople {
  readonly names: readonly string[];
  readonly others: number;
}

const NAMES_MAX = 3;

/** Null where what is known does not reach from the revision to now. */
export function peopleSince(timeline: Timeline, revision: number): HistoryPeople | null {
  if (timeline.newer !== null || !holds(timeline, revision + 1)) return null;
  const people = new Map(timeline.groups.filter(({ last }) => last > revision).map(({ author }) => [author.user, author.name]));
  const names = [...people.values()];
  return { names: names.slice(0, NAMES_MAX), others: Math.max(0, names.length - NAMES_MAX) };
}
