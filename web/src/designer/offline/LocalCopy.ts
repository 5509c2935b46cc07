/**
 * A room's document kept in this browser, so that unsent work survives a reload and rooms open at once.
 *
 * `y-indexeddb` keeps the document; beside it stand notes of what waits and of what was refused. A
 * browser that keeps nothing (private windows, a full disk) leaves one without a copy, and the rest
 * of the designer knows that by null.
 */
import { IndexeddbPersistence } from "y-indexeddb";
import * as Y from "yjs";

import type { Json } from "../../model/types";
import { type CopyList, expired, readCopies } from "./copies";

const LIST_KEY = "design-rooms.copies";
const PROBE = "design-rooms-probe";
const NOTES = "notes";
/** How long opening may take before the room is opened without a copy, in milliseconds. */
const OPEN_MS = 3_000;
/** Notes are written so long after the first change, in milliseconds. */
const NOTES_MS = 150;
/** A larger document is not kept once all of it is on the server, in bytes. */
const BYTES_MAX = 16_000_000;

export class LocalCopy {
  readonly name: string;
  readonly #persistence: IndexeddbPersistence;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #notes: (() => { readonly notes: Json; readonly waiting: number }) | null = null;

  private constructor(name: string, persistence: IndexeddbPersistence) {
    this.name = name;
    this.#persistence = persistence;
  }

  /** Loads the copy into the document; null where the browser keeps nothing. */
  static async open(name: string, doc: Y.Doc): Promise<LocalCopy | null> {
    if (!(await canKeep())) return null;
    const persistence = new IndexeddbPersistence(name, doc);
    const isOpen = await within(OPEN_MS, persistence.whenSynced.then(() => true), false);
    if (!isOpen) {
      void persistence.destroy();
      return null;
    }
    sweep(name);
    return new LocalCopy(name, persistence);
  }

  /** Whether a transaction is the loading of the copy. */
  isOrigin(origin: unknown): boolean {
    return origin === this.#persistence;
  }

  async notes(): Promise<unknown> {
    const text: unknown = await this.#persistence.get(NOTES);
    try {
      return typeof text === "string" ? JSON.parse(text) : null;
    } catch {
      return null;
    }
  }

  /** Writes the notes down after a moment; `read` is asked then. */
  note(read: () => { readonly notes: Json; readonly waiting: number }): void {
    this.#notes = read;
    this.#timer ??= setTimeout(this.#write, NOTES_MS);
  }

  /** Ends the keeping; a large document of which nothing waits is let go. */
  async close(): Promise<void> {
    const isIdle = (this.#notes?.().waiting ?? 0) === 0;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#write();
    }
    if (isIdle && Y.encodeStateAsUpdate(this.#persistence.doc).byteLength > BYTES_MAX) await this.clear();
    else await this.#persistence.destroy();
  }

  /** Lets go of everything that is kept of this room. */
  async clear(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#notes = null;
    await this.#persistence.clearData();
    forget([this.name]);
  }

  readonly #write = (): void => {
    this.#timer = null;
    const written = this.#notes?.();
    if (written === undefined) return;
    const { notes, waiting } = written;
    record(this.name, waiting);
    // A copy that cannot be written any more (a full disk) is only worse than none, not an error.
    this.#persistence.set(NOTES, JSON.stringify(notes)).catch(() => undefined);
  };
}

/** Deletes copies that have had their time, and takes note that this one is in use. */
function sweep(current: string): void {
  const gone = expired(copies(), current, Date.now());
  for (const name of gone) indexedDB.deleteDatabase(name);
  forget(gone);
  record(current, copies()[current]?.waiting ?? 0);
}

function copies(): CopyList {
  return readCopies(localStorage.getItem(LIST_KEY));
}

function record(name: string, waiting: number): void {
  save({ ...copies(), [name]: { openedAt: Date.now(), waiting } });
}

function forget(names: readonly string[]): void {
  const gone = new Set(names);
  save(Object.fromEntries(Object.entries(copies()).filter(([name]) => !gone.has(name))));
}

function save(list: CopyList): void {
  try {
    localStorage.setItem(LIST_KEY, JSON.stringify(list));
  } catch {
    // Without the list copies only stay longer than they need to.
  }
}

function canKeep(): Promise<boolean> {
  const probe = new Promise<boolean>((resolve) => {
    try {
      const request = indexedDB.open(PROBE);
      request.onsuccess = () => {
        request.result.close();
        resolve(true);
      };
      request.onerror = (event) => {
        event.preventDefault();
        resolve(false);
      };
    } catch {
      resolve(false);
    }
  });
  return within(OPEN_MS, probe, false);
}

function within<T>(milliseconds: number, work: Promise<T>, otherwise: T): Promise<T> {
  const late = new Promise<T>((resolve) => setTimeout(() => resolve(otherwise), milliseconds));
  return Promise.race([work, late]);
}

