/**
 * Who is in the room and where: read from the others' awareness, and told of oneself.
 *
 * Cursors change many times a second and are in a store of their own, so that faces, trees and
 * outlines are drawn anew only when somebody comes, goes or selects.
 */
import type { Awareness } from "y-protocols/awareness";

import { isObject } from "../model/value";
import type { Session } from "../shared/api";
import { safeColor } from "../shared/people";
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

/** Least time between two cursors that are sent, in milliseconds. */
const CURSOR_INTERVAL_MS = 50;
/** More members of a selection than these are not shown to others. */
const SELECTION_MAX = 100;
/** So many clients are remembered after they left, to say whose an edit was. */
const KNOWN_MAX = 500;

export class Presence {
  readonly people = new Store<readonly Person[]>([]);
  /** Where the others' pointers are, by Yjs client id. */
  readonly cursors = new Store<ReadonlyMap<number, Cursor>>(new Map());
  readonly #awareness: Awareness;
  readonly #known = new Map<number, Person>();
  #people = "[]";
  #cursor: Cursor | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(awareness: Awareness, session: Session) {
    this.#awareness = awareness;
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
  introduce({ user: id, name, color }: Session): void {
    this.#tell("user", { id, name, color: safeColor(color) });
  }

  /** Who a Yjs client is or was; null for the server's own, and for whoever was never seen here. */
  who(client: number): Person | null {
    return this.#known.get(client) ?? null;
  }

  select(ids: readonly string[]): void {
    this.#tell("selection", ids.slice(-SELECTION_MAX));
  }

  showPage(page: string | null): void {
    this.#tell("page", page);
  }

  focus(field: FieldFocus | null): void {
    this.#tell("field", field);
  }

  /** Moves one's own pointer; the newest place goes out after a short while, the others never. */
  point(cursor: Cursor | null): void {
    this.#cursor = cursor;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#tell("cursor", this.#cursor);
    }, CURSOR_INTERVAL_MS);
  }

  destroy(): void {
    this.#awareness.off("change", this.#read);
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #tell(key: string, value: unknown): void {
    this.#awareness.setLocalStateField(key, value);
  }

  readonly #read = (): void => {
    const people: Person[] = [];
    const cursors = new Map<number, Cursor>();
    for (const [client, state] of this.#awareness.getStates()) {
      if (client === this.#awareness.clientID) continue;
      const person = readPerson(client, state);
      if (person === null) continue;
      people.push(person);
      this.#remember(person);
      const cursor = readCursor(state.cursor);
      if (cursor !== null) cursors.set(client, cursor);
    }
    people.sort((a, b) => a.client - b.client);
    const text = JSON.stringify(people);
    if (text !== this.#people) {
      this.#people = text;
      this.people.set(people);
    }
    this.cursors.set(cursors);
  };

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
