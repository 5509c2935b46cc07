/**
 * Who is in the room and where: read from the others' awareness, and told of oneself.
 *
 * Cursors change many times a second and are in a store of their own, so that faces, trees and
 * outlines are drawn anew only when somebody comes, goes or selects.
 */
import type { Awareness } from "y-protocols/awareness";

import { isObject } from "../model/value";
import type { Session } from "../shared/api";
import { distinctColor, safeColor } from "../shared/people";
import { Store } from "../shared/store";

/** A pointer over a node of a page; `x` and `y` are fractions (0 to 1) of the node's box. */
export interface Cursor {
  readonly page: string;
  readonly node: string;
  readonly x: number;
  readonly y: number;
}

/** The field of the inspector that has somebody's focus; `path` begins within the node's props. */
export interface FieldFocus {
  readonly node: string;
  readonly path: readonly string[];
}

export interface Person {
  /** The Yjs client id: one person with two windows is two of these. */
  readonly client: number;
  readonly id: string;
  readonly name: string;
  readonly color: string;
  /** Ids of nodes, the primary one last. */
  readonly selection: readonly string[];
  /** The page on their canvas. */
  readonly page: string | null;
  readonly field: FieldFocus | null;
}

/** The clients that an awareness has news of. */
interface Change {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

/** Least time between two cursors that are sent, in milliseconds. */
const CURSOR_INTERVAL_MS = 50;
/** Least time between two places of a scrolled canvas that are sent, in milliseconds. */
const SIGHT_INTERVAL_MS = 100;
/** More members of a selection than these are not shown to others. */
const SELECTION_MAX = 100;
/** So many clients are remembered after they left, to say whose an edit was. */
const KNOWN_MAX = 500;

export class Presence {
  readonly people = new Store<readonly Person[]>([]);
  /** Where the others' pointers are, by Yjs client id. */
  readonly cursors = new Store<ReadonlyMap<number, Cursor>>(new Map());
  /** What stands in the middle of the others' canvases, by Yjs client id: whoever follows one sees it too. */
  readonly sights = new Store<ReadonlyMap<number, Cursor>>(new Map());
  /** One's own colour here: that of the session, unless somebody else has it. */
  readonly color: Store<string>;
  readonly #awareness: Awareness;
  #self: Pick<Session, "user" | "name">;
  readonly #here = new Map<number, Person>();
  readonly #known = new Map<number, Person>();
  #look: () => Cursor | null = () => null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #glance: () => Cursor | null = () => null;
  #glancing: ReturnType<typeof setTimeout> | null = null;

  constructor(awareness: Awareness, session: Session) {
    this.#awareness = awareness;
    this.#self = session;
    this.color = new Store(safeColor(session.color));
    this.introduce(session);
    this.#tell("view", "designer");
    this.select([]);
    awareness.on("change", this.#read);
  }

  /** For the carets in texts, which name their places by the document's own positions. */
  get awareness(): Awareness {
    return this.#awareness;
  }

  /** Tells the others who this is. */
  introduce({ user, name }: Pick<Session, "user" | "name">): void {
    this.#self = { user, name };
    this.#tell("user", { id: user, name, color: this.color.get() });
  }

  /** Takes another colour if somebody who is here has one's own; it stays when they leave. */
  #beDistinct(): void {
    const color = distinctColor({ id: this.#self.user, color: this.color.get() }, this.people.get());
    if (color === this.color.get()) return;
    this.color.set(color);
    this.introduce(this.#self);
  }

  /** Who a Yjs client is or was; null for the server's own, and for whoever was never seen here. */
  who(client: number): Person | null {
    return this.#here.get(client) ?? this.#known.get(client) ?? null;
  }

  select(ids: readonly string[]): void {
    this.#tell("selection", ids.slice(-SELECTION_MAX));
  }

  /** Tells what one holds, to those too who are not told of locks: other Yjs clients. */
  hold(components: readonly string[]): void {
    this.#tell("locks", components);
  }

  showPage(page: string | null): void {
    this.#tell("page", page);
  }

  focus(field: FieldFocus | null): void {
    this.#tell("field", field);
  }

  /**
   * Moves one's own pointer; the newest place goes out after a short while, the others never.
   *
   * `look` is asked only then: to find what is under the pointer costs more than to move it.
   */
  point(look: () => Cursor | null): void {
    this.#look = look;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#tell("cursor", this.#look());
    }, CURSOR_INTERVAL_MS);
  }

  /** Tells where one's own canvas is scrolled to; as with the pointer, the newest place goes out. */
  see(look: () => Cursor | null): void {
    this.#glance = look;
    this.#glancing ??= setTimeout(() => {
      this.#glancing = null;
      this.#tell("sight", this.#glance());
    }, SIGHT_INTERVAL_MS);
  }

  destroy(): void {
    this.#awareness.off("change", this.#read);
    if (this.#glancing !== null) clearTimeout(this.#glancing);
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #tell(key: string, value: unknown): void {
    this.#awareness.setLocalStateField(key, value);
  }

  // Twenty people move twenty times a second: only those are read of whom something is new.
  readonly #read = ({ added, updated, removed }: Change): void => {
    const cursors = new Map(this.cursors.get());
    const sights = new Map(this.sights.get());
    let isOther = false;
    let isElsewhere = false;
    for (const client of [...added, ...updated, ...removed]) {
      if (client === this.#awareness.clientID) continue;
      const state = this.#awareness.getStates().get(client);
      const person = readPerson(client, state);
      isOther = this.#keep(client, person) || isOther;
      const cursor = person === null ? null : readCursor(state?.cursor);
      if (cursor === null) cursors.delete(client);
      else cursors.set(client, cursor);
      const sight = person === null ? null : readCursor(state?.sight);
      if (JSON.stringify(sight) === JSON.stringify(sights.get(client) ?? null)) continue;
      isElsewhere = true;
      if (sight === null) sights.delete(client);
      else sights.set(client, sight);
    }
    if (isElsewhere) this.sights.set(sights);
    if (isOther) this.people.set([...this.#here.values()].sort((a, b) => a.client - b.client));
    this.cursors.set(cursors);
    if (isOther) this.#beDistinct();
  };

  /** Takes note of who a client is now; whether that is anything new. */
  #keep(client: number, person: Person | null): boolean {
    const before = this.#here.get(client);
    if (person === null) return this.#here.delete(client);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(person)) return false;
    this.#here.set(client, person);
    this.#remember(person);
    return true;
  }

  #remember(person: Person): void {
    this.#known.delete(person.client);
    this.#known.set(person.client, person);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KNOWN_MAX) break;
      this.#known.delete(oldest);
    }
  }
}

/** Another's awareness, read without trust; null for one who is no person. */
function readPerson(client: number, state: unknown): Person | null {
  const user: unknown = isObject(state) ? state.user : undefined;
  if (!isObject(state) || !isObject(user)) return null;
  return {
    client,
    id: typeof user.id === "string" ? user.id : String(client),
    name: typeof user.name === "string" && user.name.trim() !== "" ? user.name : "Somebody",
    color: safeColor(user.color),
    selection: strings(state.selection),
    page: typeof state.page === "string" ? state.page : null,
    field: readField(state.field),
  };
}

function readField(value: unknown): FieldFocus | null {
  return isObject(value) && typeof value.node === "string" ? { node: value.node, path: strings(value.path) } : null;
}

function readCursor(value: unknown): Cursor | null {
  if (!isObject(value)) return null;
  const { page, node, x, y } = value;
  if (typeof page !== "string" || typeof node !== "string" || typeof x !== "number" || typeof y !== "number") return null;
  return { page, node, x, y };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
