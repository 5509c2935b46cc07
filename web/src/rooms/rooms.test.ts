import { describe, expect, it } from "vitest";

import { groupDigits } from "../designer/bar/digits";
import { initials, inkOn, safeColor } from "../shared/people";
import { parseRoute } from "../shared/router";
import type { Role, Room } from "../shared/api";
import { ago } from "./ago";
import { findRooms, freeName, rightsIn, type Sort, sortRooms, titleOf } from "./listing";
import { nameFault, suggestName } from "./names";
import { aRole, roleLabel, roleMay, ROLES } from "./roles";

function room(name: string, title: string | null, more: Partial<Room> = {}): Room {
  return {
    name,
    title,
    createdBy: "anna",
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
    revision: 1,
    role: "owner",
    sessions: 0,
    people: 0,
    present: [],
    problems: null,
    deletedAt: null,
    purgedAt: null,
    ...more,
  };
}

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
  expect(ago("2026-05-08T11:59:59Z", now, "en")).toBe("in 7 days");
  expect(ago("2026-05-02T12:00:00Z", now, "en")).toBe("tomorrow");
  expect(ago("2026-05-01T12:00:59Z", now, "en")).toBe("now");
});

describe("the list of rooms", () => {
  const rooms = [
    room("orders-2026", "Bestellungen Zürich", { updatedAt: "2026-03-01T00:00:00.000Z" }),
    room("room-10", "Raum 10", { people: 2 }),
    room("room-9", "raum 9", { createdAt: "2026-02-01T00:00:00.000Z" }),
    room("ohne", null),
  ];
  const names = (found: readonly Room[]): readonly string[] => found.map(({ name }) => name);

  it("is searched by every word of title and name, in any case and order", () => {
    expect(names(findRooms(rooms, "ZÜRICH  orders"))).toEqual(["orders-2026"]);
    expect(names(findRooms(rooms, "Zu\u0308rich".normalize("NFD")))).toEqual(["orders-2026"]);
    expect(names(findRooms(rooms, "raum"))).toEqual(["room-10", "room-9"]);
    expect(names(findRooms(rooms, "zürich raum"))).toEqual([]);
    expect(findRooms(rooms, "  ")).toBe(rooms);
  });

  it("is sorted by change, title with numbers, creation and people, and stays as it was given", () => {
    const first: Record<Sort, readonly string[]> = {
      changed: ["orders-2026", "ohne", "room-10", "room-9"],
      title: ["orders-2026", "ohne", "room-9", "room-10"],
      created: ["room-9", "ohne", "orders-2026", "room-10"],
      people: ["room-10", "orders-2026", "ohne", "room-9"],
    };
    for (const [sort, expected] of Object.entries(first)) expect(names(sortRooms(rooms, sort as Sort)), sort).toEqual(expected);
    expect(rooms[0]?.name).toBe("orders-2026");
    expect(titleOf(rooms[3] as Room)).toBe("ohne");
  });

  it("offers a copy a name that is free and short enough", () => {
    expect(freeName("a", rooms)).toBe("a-copy");
    expect(freeName("a", [room("a-copy", null), room("a-copy-2", null)])).toBe("a-copy-3");
    const long = freeName("x".repeat(64), [room(`${"x".repeat(59)}-copy`, null)]);
    expect(long).toHaveLength(64);
    expect(long.endsWith("-copy-2")).toBe(true);
    expect(nameFault(long)).toBeNull();
  });

  it("offers what the server will allow", () => {
    const may = (role: Role): string => {
      const rights = rightsIn(role, { mode: "token", mayCreate: role !== "viewer" });
      return Object.entries(rights).filter(([, is]) => is).map(([name]) => name).join();
    };
    expect(may("owner")).toBe("mayRename,mayDelete,mayDuplicate,maySeeMembers,mayManage");
    expect(may("editor")).toBe("mayRename,mayDuplicate,maySeeMembers");
    expect(may("reviewer")).toBe("mayDuplicate,maySeeMembers");
    expect(may("viewer")).toBe("");
    expect(Object.values(rightsIn("viewer", { mode: "local", mayCreate: true })).every(Boolean)).toBe(true);
  });

  it("names every role and what it may do", () => {
    expect(ROLES.map(({ value }) => `${aRole(value)}: ${roleLabel(value)}`)).toEqual(["a viewer: Viewer", "a reviewer: Reviewer", "an editor: Editor", "an owner: Owner"]);
    for (const { value } of ROLES) expect(roleMay(value)).not.toBe("");
  });
});
