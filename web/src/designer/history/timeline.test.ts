import { describe, expect, it } from "vitest";

import type { HistoryGroup, HistoryPage } from "../../shared/api";
import { ago, clock, holds, isOf, peopleSince, revisionOf, rowsOf, spotOf, spotText, type Timeline, withNewer, withNewest, withOlder } from "./timeline";

const TIME = "2026-11-22T10:00:00.000Z";

function group(first: number, last: number, entries = 1): HistoryGroup {
  const step = Math.max(1, Math.ceil((last - first + 1) / entries));
  const made = Array.from({ length: entries }, (_, index) => {
    const from = first + index * step;
    return { first: from, last: Math.min(last, from + step - 1), time: TIME, words: `Words ${from}`, changes: 1, nodes: ["é"] };
  });
  const author = { user: "anna", name: "Anna é", color: "#047857" };
  return { first, last, author, begin: TIME, end: TIME, words: "w", changes: entries, nodes: ["é"], entries: made.reverse() };
}

function page(groups: readonly HistoryGroup[], head: number, next: number | null): HistoryPage {
  return { groups, head, start: 0, next, newer: null };
}

describe("a timeline", () => {
  const known: Timeline = withNewest(null, page([group(8, 10), group(5, 7)], 10, 5));

  it("keeps what is older when the newest page is read again, and lets a group grow", () => {
    const next = withNewest(known, page([group(8, 12)], 12, 8));
    expect(next.groups.map(({ first, last }) => [first, last])).toEqual([[8, 12], [5, 7]]);
    expect([next.head, next.next]).toEqual([12, 5]);
  });

  it("begins anew where something in between was missed, or the room is another one", () => {
    expect(withNewest(known, page([group(20, 30)], 30, 20)).groups).toHaveLength(1);
    expect(withNewest(known, page([group(1, 2)], 2, null)).groups).toHaveLength(1);
  });

  it("knows its beginning still after a new revision", () => {
    const whole = withOlder(known, page([group(1, 4)], 10, null));
    expect(whole.groups).toHaveLength(3);
    expect(withNewest(whole, page([group(11, 11)], 11, 11)).next).toBeNull();
  });

  it("shows a group of one as its entry, and the others when they are open", () => {
    const timeline = withNewest(null, page([group(8, 10, 3), group(7, 7)], 10, 7));
    expect(rowsOf(timeline, new Set()).map(({ key }) => key)).toEqual(["g8", "e7", "more"]);
    expect(rowsOf(timeline, new Set([8])).map(({ key }) => key)).toEqual(["g8", "e10", "e9", "e8", "e7", "more"]);
  });

  it("finds the entry of a revision inside a run", () => {
    expect(spotOf(known.groups, 9)?.entry.words).toBe("Words 8");
    expect(spotOf(known.groups, 99)).toBeNull();
    expect(spotText(9, spotOf(known.groups, 9), Date.parse(TIME))).toMatch(/^Revision 9 · Anna é, \d\d:00$/u);
    expect(spotText(99, null, 0)).toBe("Revision 99");
  });
});

describe("a timeline far back", () => {
  const far: Timeline = { ...page([group(41, 60, 2), group(30, 40)], 100, 30), newer: 61 };

  it("grows towards now, each group once, until it reaches it", () => {
    const next = withNewer(far, { ...page([group(61, 80), group(41, 60, 2)], 100, 41), newer: 81 });
    expect(next.groups.map(({ first }) => first)).toEqual([61, 41, 30]);
    expect([next.newer, next.next]).toEqual([81, 30]);
    const whole = withNewer(next, page([group(81, 101)], 101, 81));
    expect([whole.newer, whole.head, whole.groups.length]).toEqual([null, 101, 4]);
  });

  it("is left for the newest page, since something lies between", () => {
    expect(withNewest(far, page([group(90, 100)], 100, 90)).groups).toHaveLength(1);
  });

  it("knows which revisions it holds", () => {
    expect([29, 30, 60, 61].map((revision) => holds(far, revision))).toEqual([false, true, true, false]);
    const whole = withNewest(null, page([group(1, 10)], 10, null));
    expect([0, 1, 10, 11].map((revision) => holds(whole, revision))).toEqual([true, true, true, false]);
  });

  it("says at both ends that there is more, and which row stands for a revision", () => {
    const rows = rowsOf(far, new Set([41]));
    expect(rows.map(({ key }) => key)).toEqual(["newer", "g41", "e51", "e41", "e30", "more"]);
    expect(rows.findIndex((row) => isOf(row, 50))).toBe(3);
    expect(rowsOf(far, new Set()).findIndex((row) => isOf(row, 50))).toBe(1);
    expect(rows.map(revisionOf)).toEqual([null, null, 60, 50, 40, null]);
  });

  it("tells who worked since, if it reaches to now", () => {
    expect(peopleSince(far, 40)).toBeNull();
    const known = withNewest(null, page([group(8, 10), group(5, 7)], 10, 5));
    expect(peopleSince(known, 7)).toEqual({ names: ["Anna é"], others: 0 });
    expect(peopleSince(known, 10)).toBeNull();
    expect(peopleSince(known, 2)).toBeNull();
    const crowd = Array.from({ length: 5 }, (_, index) => ({ ...group(index + 1, index + 1), author: { user: `u${index}`, name: `N${index}`, color: "#000" } })).reverse();
    expect(peopleSince(withNewest(null, page(crowd, 5, null)), 0)).toEqual({ names: ["N4", "N3", "N2"], others: 2 });
  });
});

describe("times", () => {
  it("have their day where that is not today", () => {
    const now = Date.parse("2026-11-22T23:30:00Z");
    const hours = /^\d\d:\d\d$/u;
    expect(clock(new Date(now - 60_000).toISOString(), now)).toMatch(hours);
    expect(clock(new Date(now - 24 * 3_600_000).toISOString(), now)).toMatch(/^yesterday \d\d:\d\d$/u);
    expect(clock(new Date(now - 49 * 3_600_000).toISOString(), now)).toMatch(/^\d+ Nov 2026, \d\d:\d\d$/u);
    expect(spotText(1_204, null, now)).toBe("Revision 1\u202f204");
  });


  it("are told from now", () => {
    const now = Date.parse(TIME);
    expect(ago(TIME, now + 20_000)).toBe("just now");
    expect(ago(TIME, now + 5 * 60_000)).toBe("5 minutes ago");
    expect(ago(TIME, now + 26 * 3_600_000)).toBe("yesterday");
    expect(ago(TIME, now + 30 * 86_400_000)).toBe("22 Nov 2026");
    // A clock that is behind the server's.
    expect(ago(TIME, now - 60_000)).toBe("just now");
  });
});
