/** Which rooms are shown in which order, and what may be done with each. */
import { compareCodeUnits } from "../model/value";
import type { Role, Room, RoomList } from "../shared/api";

export type Sort = "changed" | "title" | "created" | "people";

export const SORTS: readonly { readonly value: Sort; readonly label: string }[] = [
  { value: "changed", label: "Last change" },
  { value: "title", label: "Title" },
  { value: "created", label: "Newest" },
  { value: "people", label: "Who is here" },
];

/** The title to show: a room without one is called by its name. */
export function titleOf(room: Room): string {
  return room.title === null || room.title === "" ? room.name : room.title;
}

/** The rooms whose title and name contain every word of the search, in any case. */
export function findRooms(rooms: readonly Room[], search: string): readonly Room[] {
  const words = fold(search).split(/\s+/u).filter((word) => word !== "");
  if (words.length === 0) return rooms;
  return rooms.filter((room) => {
    const text = fold(`${room.title ?? ""} ${room.name}`);
    return words.every((word) => text.includes(word));
  });
}

export function sortRooms(rooms: readonly Room[], sort: Sort): readonly Room[] {
  const byName = (a: Room, b: Room): number => compareCodeUnits(a.name, b.name);
  const byTime = (key: "updatedAt" | "createdAt") => (a: Room, b: Room): number => compareCodeUnits(b[key], a[key]) || byName(a, b);
  switch (sort) {
    case "changed":
      return rooms.toSorted(byTime("updatedAt"));
    case "created":
      return rooms.toSorted(byTime("createdAt"));
    case "people":
      return rooms.toSorted((a, b) => b.people - a.people || byTime("updatedAt")(a, b));
    case "title": {
      const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
      return rooms.toSorted((a, b) => compare(titleOf(a), titleOf(b)) || byName(a, b));
    }
  }
}

export interface Rights {
  readonly mayRename: boolean;
  readonly mayDelete: boolean;
  readonly mayDuplicate: boolean;
  readonly maySeeMembers: boolean;
  readonly mayManage: boolean;
}

/** What the server will allow; in local mode everybody may do everything there is. */
export function rightsIn(role: Role, { mode, mayCreate }: Pick<RoomList, "mode" | "mayCreate">): Rights {
  const isLocal = mode === "local";
  return {
    mayRename: isLocal || role === "owner" || role === "editor",
    mayDelete: isLocal || role === "owner",
    mayDuplicate: mayCreate,
    maySeeMembers: isLocal || role !== "viewer",
    mayManage: isLocal || role === "owner",
  };
}

/** A name like the given one that no room has. */
export function freeName(name: string, rooms: readonly Room[]): string {
  const taken = new Set(rooms.map((room) => room.name));
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? "-copy" : `-copy-${count}`;
    const candidate = `${name.slice(0, 64 - suffix.length)}${suffix}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
