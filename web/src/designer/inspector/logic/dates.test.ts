import { describe, expect, it } from "vitest";

import { dateKind, isWholeYear, shownDate, writtenDate } from "./dates";

describe("dates in the browser's controls", () => {
  it("are of the kind that the format or the field's type says", () => {
    expect(["date", "Date", "time", "Time", "date-time", "DateTime", "Text", undefined].map(dateKind)).toEqual(
      ["date", "date", "time", "time", "datetime-local", "datetime-local", null, null],
    );
  });

  it("come back as they were", () => {
    expect(writtenDate("date", shownDate("date", "2026-11-22") ?? "")).toBe("2026-11-22");
    expect(writtenDate("time", shownDate("time", "09:05:00") ?? "")).toBe("09:05:00");
    expect(writtenDate("datetime-local", shownDate("datetime-local", "2026-11-22T09:00:00Z") ?? "")).toBe("2026-11-22T09:00:00Z");
    expect(writtenDate("date", "")).toBe("");
  });

  it("are shown in UTC, without fractions", () => {
    expect(shownDate("datetime-local", "2026-11-22T01:30:00.250+02:00")).toBe("2026-11-21T23:30:00");
    expect(shownDate("datetime-local", "2026-11-22T01:30")).toBe("2026-11-22T01:30:00");
    expect(shownDate("time", "09:05:00.5")).toBe("09:05:00");
  });

  it("get the seconds that a control leaves out", () => {
    expect(writtenDate("time", "09:05")).toBe("09:05:00");
    expect(writtenDate("datetime-local", "2026-11-22T09:05")).toBe("2026-11-22T09:05:00Z");
  });

  it("are left as texts where they are none", () => {
    for (const text of ["today", "22.11.2026", "2026-11", "2026-13-45T99:00:00Z"]) expect(shownDate("datetime-local", text)).toBeNull();
    expect(shownDate("date", "tomorrow é")).toBeNull();
  });

  it("wait until the year is written out", () => {
    expect(isWholeYear("date", "0002-11-22")).toBe(false);
    expect(isWholeYear("date", "0202-11-22")).toBe(false);
    expect(isWholeYear("date", "2026-11-22")).toBe(true);
    expect(isWholeYear("time", "09:05")).toBe(true);
    expect(isWholeYear("datetime-local", "0020-11-22T09:00")).toBe(false);
  });
});
