import { describe, expect, it } from "vitest";

import { copyName, type CopyList, expired, readCopies } from "./copies";

const DAY_MS = 86_400_000;
const NOW = 1_000 * DAY_MS;
const name = (room: string, user = "zoë", createdAt = "2026-01-01") => copyName({ tenant: "local", user, room, createdAt });

describe("local copies", () => {
  it("are of one person in one room that was made at one time", () => {
    const names = [name("orders"), name("orders", "ben"), name("orders", "zoë", "2026-02-02"), name("a/b"), copyName({ tenant: "local/zoë", user: "orders", room: "", createdAt: "" })];
    expect(new Set(names).size).toBe(names.length);
  });

  it("go after thirty days, but not while work waits in them", () => {
    const list: CopyList = {
      [name("fresh")]: { openedAt: NOW - 30 * DAY_MS, waiting: 0 },
      [name("old")]: { openedAt: NOW - 30 * DAY_MS - 1, waiting: 0 },
      [name("waiting")]: { openedAt: NOW - 179 * DAY_MS, waiting: 3 },
      [name("forgotten")]: { openedAt: NOW - 181 * DAY_MS, waiting: 3 },
      [name("current")]: { openedAt: 0, waiting: 0 },
    };
    expect(expired(list, name("current"), NOW)).toEqual([name("old"), name("forgotten")]);
  });

  it("of another person go at once, unless work waits in them", () => {
    const list: CopyList = { [name("a", "ben")]: { openedAt: NOW, waiting: 0 }, [name("b", "ben")]: { openedAt: NOW, waiting: 1 } };
    expect(expired(list, name("a"), NOW)).toEqual([name("a", "ben")]);
  });

  it("are of the newest rooms only", () => {
    const list = Object.fromEntries(Array.from({ length: 25 }, (_, age) => [name(`r${age}`), { openedAt: NOW - age, waiting: 0 }]));
    const gone = expired(list, name("current"), NOW);
    expect(gone).toEqual([19, 20, 21, 22, 23, 24].map((age) => name(`r${age}`)));
  });

  it("are read without trust", () => {
    expect(readCopies(null)).toEqual({});
    expect(readCopies("[")).toEqual({});
    expect(readCopies(JSON.stringify({ other: { openedAt: 1, waiting: 0 }, [name("a")]: { openedAt: 1 }, [name("b")]: { openedAt: 1, waiting: 0 } }))).toEqual({
      [name("b")]: { openedAt: 1, waiting: 0 },
    });
  });
});
