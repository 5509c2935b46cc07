/**
 * The list of local copies on this machine, and which of them have had their time.
 *
 * A copy belongs to one person in one room, and to this very room: another one that is made later
 * under the same name must not get what the copy holds of the former.
 */
import { isObject } from "../../model/value";

export interface CopyOwner {
  readonly tenant: string;
  readonly user: string;
  readonly room: string;
  /** When the room was made. */
  readonly createdAt: string;
}

export interface CopyRecord {
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** How many changes were not sent when it was last heard of. */
  readonly waiting: number;
}

export type CopyList = Readonly<Record<string, CopyRecord>>;

const PREFIX = "design-rooms";
const DAY_MS = 86_400_000;
const KEPT_MS = 30 * DAY_MS;
/** Unsent work is kept longer, because it is nowhere else. */
const KEPT_UNSENT_MS = 180 * DAY_MS;
/** More rooms than these are not kept, unless work waits in them. */
const COPIES_MAX = 20;

export function copyName({ tenant, user, room, createdAt }: CopyOwner): string {
  return [PREFIX, tenant, user, room, createdAt].map(encodeURIComponent).join("/");
}

/** The copies to be deleted; never the current one. */
export function expired(list: CopyList, current: string, now: number): readonly string[] {
  const person = personOf(current);
  const others = Object.entries(list).filter(([name]) => name !== current);
  const old = others.filter(([name, { openedAt, waiting }]) => {
    if (waiting > 0) return now - openedAt > KEPT_UNSENT_MS;
    // What somebody else has looked at on this machine is nothing for the next person to find.
    return personOf(name) !== person || now - openedAt > KEPT_MS;
  });
  const gone = new Set(old.map(([name]) => name));
  const idle = others.filter(([name, { waiting }]) => !gone.has(name) && waiting === 0);
  const surplus = idle.sort(([, a], [, b]) => b.openedAt - a.openedAt).slice(COPIES_MAX - 1);
  return [...gone, ...surplus.map(([name]) => name)];
}

/** The list as it was stored, read without trust. */
export function readCopies(text: string | null): CopyList {
  let data: unknown;
  try {
    data = JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
  if (!isObject(data)) return {};
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, record]) => {
      if (!name.startsWith(`${PREFIX}/`) || !isObject(record)) return [];
      const { openedAt, waiting } = record;
      return typeof openedAt === "number" && typeof waiting === "number" ? [[name, { openedAt, waiting }]] : [];
    }),
  );
}

function personOf(name: string): string {
  return name.split("/").slice(0, 3).join("/");
}
