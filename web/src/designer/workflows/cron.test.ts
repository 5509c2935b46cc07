import { describe, expect, it } from "vitest";

import { cronWords, nextRuns, readCron } from "./cron";

const NOW = Date.UTC(2026, 10, 22, 12, 0);

function next(text: string, zone: string, count = 3, now = NOW): readonly string[] {
  const cron = readCron(text);
  return cron === null ? [] : nextRuns(cron, zone, now, count).map((run) => new Date(run).toISOString().slice(0, 16));
}

describe("schedules", () => {
  it("come at the time of their zone", () => {
    expect(next("0 3 * * *", "Europe/Berlin")).toEqual(["2026-11-23T02:00", "2026-11-24T02:00", "2026-11-25T02:00"]);
    expect(next("*/20 12 * * *", "UTC")).toEqual(["2026-11-22T12:20", "2026-11-22T12:40", "2026-11-23T12:00"]);
  });

  it("follow the clock into summer time, and pass over the hour that it skips", () => {
    const march = Date.UTC(2026, 2, 27, 12, 0);
    expect(next("0 3 * * *", "Europe/Berlin", 3, march)).toEqual(["2026-03-28T02:00", "2026-03-29T01:00", "2026-03-30T01:00"]);
    expect(next("30 2 * * *", "Europe/Berlin", 2, march)).toEqual(["2026-03-28T01:30", "2026-03-30T00:30"]);
  });

  it("take day and day of the week by `or` where both are limited", () => {
    expect(next("0 0 1 * mon", "UTC")).toEqual(["2026-11-23T00:00", "2026-11-30T00:00", "2026-12-01T00:00"]);
    expect(next("0 0 29 2 *", "UTC", 1)).toEqual(["2028-02-29T00:00"]);
    expect(next("0 0 31 2 *", "UTC", 1)).toEqual([]);
  });

  it("are none where a field is out of range or missing", () => {
    for (const text of ["", "* * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *", "5-1 * * * *", "*/0 * * * *", "a * * * *", "1-2-3 * * * *"]) {
      expect(readCron(text), text).toBeNull();
    }
    expect(next("0 3 * * *", "Mitteleuropa/Köln")).toEqual([]);
  });

  it("are said in words where there are any", () => {
    expect(cronWords("0 3 * * *")).toBe("Every day at 03:00");
    expect(cronWords("*/15 * * * *")).toBe("Every 15 minutes");
    expect(cronWords("30 8 * * 1-5")).toBe("Monday to Friday at 08:30");
    expect(cronWords("0 9 * * mon,thu")).toBe("Every Monday and Thursday at 09:00");
    expect(cronWords("0 6 1 * *")).toBe("On day 1 of every month at 06:00");
    expect(cronWords("0 6 1 1 *")).toBeNull();
  });
});
