import { describe, expect, it } from "vitest";

import type { HistoryGroup, HistoryPage } from "../../shared/api";
import { ago, rowsOf, spotOf, spotText, type Timeline, withNewest, withOlder } from "./timeline";

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
  return { groups, head, start: 0, next };
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
    expect(spotText(9, spotOf(known.groups, 9), Date.parse(TIME))).toMatch(/^Revision 9 by Anna é, \d\d:00$/u);
    expect(spotText(99, null, 0)).toBe("Revision 99");
  });
});

describe("times", () => {
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
