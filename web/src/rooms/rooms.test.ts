import { describe, expect, it } from "vitest";

import { groupDigits } from "../designer/bar/digits";
import { initials, inkOn, safeColor } from "../shared/people";
import { parseRoute } from "../shared/router";
import { ago } from "./ago";
import { nameFault, suggestName } from "./names";

describe("a room's name", () => {
  it("is of letters, digits, dots, hyphens and underscores, one to sixty-four", () => {
    for (const name of ["a", "A.b_c-9", "x".repeat(64)]) expect(nameFault(name)).toBeNull();
    for (const name of ["", "größe", "a b", "a/b", "x".repeat(65), "😀"]) expect(nameFault(name)).not.toBeNull();
  });

  it("is suggested by the title", () => {
    expect(suggestName("  Größe & Café 2.1 ")).toBe("gro-e-cafe-2.1");
    expect(suggestName("東京")).toBe("");
    expect(nameFault(suggestName("x".repeat(90)))).toBeNull();
  });
});

describe("addresses", () => {
  it("lead to the rooms or to one room", () => {
    expect(parseRoute("/")).toEqual({ page: "rooms" });
    expect(parseRoute("/rooms/a.b")).toEqual({ page: "room", room: "a.b" });
    expect(parseRoute("/rooms/%E9%zz")).toEqual({ page: "unknown" });
    expect(parseRoute("/other")).toEqual({ page: "unknown" });
  });
});

describe("people", () => {
  it("have initials of whole characters and a colour that is one", () => {
    expect(initials("Éva 😀")).toBe("É😀");
    expect(initials("  ")).toBe("?");
    expect(safeColor("url(x)")).toBe("#5c6370");
    expect(inkOn("#ffffff")).toBe("#000");
    expect(inkOn("#1a1a1a")).toBe("#fff");
  });
});

it("numbers and times are written for people", () => {
  expect(groupDigits(1482)).toBe("1\u202f482");
  expect(groupDigits(999)).toBe("999");
  const now = Date.parse("2026-05-01T12:00:00Z");
  expect(ago("2026-05-01T11:57:30Z", now, "en")).toBe("2 minutes ago");
  expect(ago("2026-05-01T12:00:05Z", now, "en")).toBe("now");
  expect(ago("gestern", now, "en")).toBe("–");
});
