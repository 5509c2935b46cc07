/**
 * A room's document kept in this browser, so that unsent work survives a reload and rooms open at once.
 *
 * `y-indexeddb` keeps the document; beside it each window keeps notes of what waits and of what was
 * refused. A window that opens the copy takes over the notes of those that are gone. A browser that
 * keeps nothing (private windows, a full disk) leaves one without a copy, and the rest of the designer
 * knows that by null.
 */
import { IndexeddbPersistence } from "y-indexeddb";
import * as Y from "yjs";

import type { Json } from "../../model/types";
import { type CopyList, expired, readCopies } from "./copies";
import { emptyCopy, inspectCopy, readNotes, writeNotes } from "./database";
import { dropWords, keepWords, lastWords } from "./lastWords";

const LIST_KEY = "design-rooms.copies";
const NOTES = "notes";
/** How long opening may take before the room is opened without a copy, in milliseconds. */
const OPEN_MS = 3_000;
/** Notes are written so long after the first change, in milliseconds. */
const NOTES_MS = 150;
/** A larger document is not kept once all of it is on the server, in bytes. */
const BYTES_MAX = 16_000_000;

/** What a window keeps beside the document, and how many changes wait in it. */
export interface Kept {
  readonly notes: Json;
  readonly waiting: number;
}

export interface Opened {
  /** Null where the browser keeps nothing. */
  readonly copy: LocalCopy | null;
  /** The copy was there and could not be read: it was emptied. */
  readonly isDamaged: boolean;
  /** The notes of windows that are gone, the newest last. */
  readonly notes: readonly unknown[];
}

export class LocalCopy {
  readonly name: string;
  /** Called when the browser does not write any more. */
  onFailure: () => void = () => undefined;
  readonly #persistence: IndexeddbPersistence;
  readonly #key: string;
  #release: () => void;
  #gone: readonly string[];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #read: (() => Kept) | null = null;
  #isMarked = false;

  private constructor(name: string, persistence: IndexeddbPersistence, window: Place, gone: readonly string[]) {
    this.name = name;
    this.#persistence = persistence;
    this.#key = window.key;
    this.#release = window.release;
    this.#gone = gone;
    globalThis.addEventListener("pagehide", this.#hide);
    globalThis.addEventListener("pageshow", this.#show);
  }

  /** Loads the copy into the document. */
  static async open(name: string, doc: Y.Doc): Promise<Opened> {
    const none = { copy: null, isDamaged: false, notes: [] };
    const found = await within(OPEN_MS, inspectCopy(name).catch(() => null), null);
    if (found === null) return none;
    if (!found.isWhole) await emptyCopy(name).catch(() => undefined);
    const persistence = new IndexeddbPersistence(name, doc);
    const isOpen = await within(OPEN_MS, persistence.whenSynced.then(() => true), false);
    if (!isOpen) {
      void persistence.destroy().catch(() => undefined);
      return none;
    }
    const alive = await windowsAlive();
    const written = new Map([...found.notes, ...lastWords(name)]);
    const gone = [...written.keys()].filter((key) => !alive.has(lockOf(name, key)));
    sweep(name);
    const copy = new LocalCopy(name, persistence, openWindow(name), gone);
    return { copy, isDamaged: !found.isWhole, notes: gone.flatMap((key) => parsed(written.get(key))) };
  }

  /** Whether a transaction is the loading of the copy. */
  isOrigin(origin: unknown): boolean {
    return origin === this.#persistence;
  }

  /** Writes the notes down after a moment; `read` is asked then. */
  note(read: () => Kept): void {
    this.#read = read;
    this.#timer ??= setTimeout(this.write, NOTES_MS);
    // Whoever comes next to this browser must not take the copy for one that nothing waits in.
    if (this.#isMarked) return;
    const { waiting } = read();
    if (waiting === 0) return;
    this.#isMarked = true;
    record(this.name, waiting);
  }

  /** Writes down at once what `note` has announced. */
  readonly write = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const kept = this.#read?.();
    if (kept !== undefined) void this.#store(kept).catch(() => this.onFailure());
  };

  /** Ends the keeping; a large document of which nothing waits is let go. */
  async close(): Promise<void> {
    const isIdle = (this.#read?.().waiting ?? 0) === 0;
    if (this.#timer !== null) this.write();
    this.#leave();
    const isLarge = isIdle && Y.encodeStateAsUpdate(this.#persistence.doc).byteLength > BYTES_MAX;
    if (isLarge) await this.clear();
    else await this.#persistence.destroy();
  }

  /** Lets go of everything that is kept of this room. */
  async clear(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#read = null;
    this.#leave();
    await this.#persistence.destroy();
    await emptyCopy(this.name);
    forget([this.name]);
  }

  /** The window goes, and may do so before the moment is over: the database would not finish then. */
  readonly #hide = (): void => {
    if (this.#timer !== null && this.#read !== null) keepWords(this.name, this.#key, JSON.stringify(this.#read()));
    this.write();
    this.#release();
  };

  /** A browser may show a window again that it had hidden. */
  readonly #show = (event: PageTransitionEvent): void => {
    if (event.persisted) this.#release = hold(this.name, this.#key);
  };

  #leave(): void {
    globalThis.removeEventListener("pagehide", this.#hide);
    globalThis.removeEventListener("pageshow", this.#show);
    this.#release();
  }

  async #store(kept: Kept): Promise<void> {
    const { db } = this.#persistence;
    if (db === null) return;
    const gone = this.#gone;
    this.#gone = [];
    await writeNotes(db, this.#key, JSON.stringify(kept), gone);
    dropWords(this.name, [this.#key, ...gone]);
    // Another window's work waits in the same copy, which is not idle then.
    const all = [...(await readNotes(db)).values()].flatMap(keptIn);
    const waiting = all.reduce((sum, one) => sum + one.waiting, 0);
    this.#isMarked = waiting > 0;
    record(this.name, waiting);
  }
}

/** One window's place in a copy: the key of its notes, and the lock that says that it is there. */
interface Place {
  readonly key: string;
  readonly release: () => void;
}

function openWindow(name: string): Place {
  const key = `${NOTES}/${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  return { key, release: hold(name, key) };
}

/** Takes the lock that says that a window is there; what it returns lets go of it. */
function hold(name: string, key: string): () => void {
  let release = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => {
    release = resolve;
  });
  // A page without HTTPS has no locks: its notes are taken over while it is there, which doubles a list
  // for as long as both are open, and loses nothing.
  locks()?.request(lockOf(name, key), () => isHeld).catch(() => undefined);
  return () => release();
}

function lockOf(name: string, key: string): string {
  return `${name}#${key}`;
}

async function windowsAlive(): Promise<ReadonlySet<string>> {
  const held = await locks()?.query().catch(() => undefined);
  return new Set(held?.held?.flatMap((lock) => lock.name ?? []) ?? []);
}

function locks(): LockManager | undefined {
  const manager: LockManager | undefined = navigator.locks;
  return manager;
}

/** The notes in what a window has written; none in what is not of its form. */
function parsed(text: string | undefined): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? ["notes" in value ? value.notes : value] : [];
  } catch {
    return [];
  }
}

function keptIn(text: string): readonly { readonly waiting: number }[] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "waiting" in value && typeof value.waiting === "number" ? [{ waiting: value.waiting }] : [];
  } catch {
    return [];
  }
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
  for (const name of names) dropWords(name, lastWords(name).keys());
  save(Object.fromEntries(Object.entries(copies()).filter(([name]) => !gone.has(name))));
}

function save(list: CopyList): void {
  try {
    localStorage.setItem(LIST_KEY, JSON.stringify(list));
  } catch {
    // Without the list copies only stay longer than they need to.
  }
}

function within<T>(milliseconds: number, work: Promise<T>, otherwise: T): Promise<T> {
  const late = new Promise<T>((resolve) => setTimeout(() => resolve(otherwise), milliseconds));
  return Promise.race([work, late]);
}
