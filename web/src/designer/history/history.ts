/**
 * The history of a desk: its timeline, read page by page, and the revision that is looked at.
 *
 * One for each desk; the panel at the bottom and the centre share it.
 */
import { Snapshot } from "../../model/snapshot";
import { readNode } from "../../model/live";
import type { LiveNode } from "../../model/types";
import { api, explain, type HistoryQuestion, type RevisionModel } from "../../shared/api";
import { Store } from "../../shared/store";
import { type Desk, useDesk } from "../desk";
import { type Spot, spotOf, type Timeline, withNewest, withOlder } from "./timeline";

export interface Filter {
  /** A user's id; null for everybody. */
  readonly author: string | null;
  /** A node's id; null for all. */
  readonly node: string | null;
}

export interface Reading {
  readonly timeline: Timeline | null;
  readonly isBusy: boolean;
  readonly error: string | null;
}

/** A revision that is looked at instead of now. */
export interface Past {
  readonly revision: number;
  /** The model of then; while it is read, that of the revision looked at before. */
  readonly snapshot: Snapshot | null;
  readonly isLoading: boolean;
  readonly error: string | null;
  readonly spot: Spot | null;
}

const GROUPS_PER_PAGE = 40;
/** Who drags the slider passes many revisions without looking at them. */
const SETTLE_MS = 120;
/** Models that are kept, for going back and forth. */
const MODELS_MAX = 24;

export class History {
  readonly reading = new Store<Reading>({ timeline: null, isBusy: false, error: null });
  readonly filter = new Store<Filter>({ author: null, node: null });
  readonly past = new Store<Past | null>(null);
  readonly #room: string;
  readonly #models = new Map<number, Snapshot>();
  #spots = new Map<number, Spot>();
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(room: string) {
    this.#room = room;
  }

  /** Reads the newest page; what is known and older stays. */
  readonly refresh = async (): Promise<void> => {
    await this.#read({}, withNewest);
  };

  /** Reads the page before what is known. */
  readonly more = async (): Promise<void> => {
    const { timeline, isBusy } = this.reading.get();
    if (timeline === null || timeline.next === null || isBusy) return;
    await this.#read({ before: timeline.next }, (known, page) => (known === null ? page : withOlder(known, page)));
  };

  choose(filter: Partial<Filter>): void {
    const before = this.filter.get();
    const next = { ...before, ...filter };
    if (next.author === before.author && next.node === before.node) return;
    this.filter.set(next);
    this.reading.set({ timeline: null, isBusy: false, error: null });
    void this.refresh();
  }

  /** Looks at a revision; `isSettled` says that no other one is about to follow. */
  show(revision: number, isSettled = true): void {
    const spot = this.#spotOf(revision);
    const before = this.past.get();
    const known = this.#models.get(revision);
    this.past.set({ revision, snapshot: known ?? before?.snapshot ?? null, isLoading: known === undefined, error: null, spot });
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(revision), isSettled ? 0 : SETTLE_MS);
  }

  /** Back to now. */
  readonly leave = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.past.set(null);
  };

  /** Makes the model what it was at a revision, as a new one; throws an `ApiError`. */
  async restore(revision: number): Promise<{ readonly revision: number; readonly changed: boolean }> {
    const restored = await api.restoreRevision(this.#room, revision);
    this.leave();
    void this.refresh();
    return restored;
  }

  async #read(question: HistoryQuestion, merge: (known: Timeline | null, page: Timeline) => Timeline): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const { author, node } = this.filter.get();
    this.reading.update((reading) => ({ ...reading, isBusy: true, error: null }));
    try {
      const page = await api.history(this.#room, { ...question, limit: GROUPS_PER_PAGE, author: author ?? undefined, node: node ?? undefined });
      // A filter was chosen meanwhile, or a newer question is on its way.
      if (asked !== this.#asked) return;
      this.reading.update(({ timeline }) => ({ timeline: merge(timeline, page), isBusy: false, error: null }));
    } catch (error) {
      if (asked === this.#asked) this.reading.update((reading) => ({ ...reading, isBusy: false, error: explain(error) }));
    }
  }

  async #load(revision: number): Promise<void> {
    const isCurrent = (): boolean => this.past.get()?.revision === revision;
    try {
      const [snapshot, spot] = await Promise.all([this.#modelAt(revision), this.#findSpot(revision)]);
      if (isCurrent()) this.past.set({ revision, snapshot, isLoading: false, error: null, spot });
    } catch (error) {
      if (isCurrent()) this.past.update((past) => (past === null ? null : { ...past, snapshot: null, isLoading: false, error: explain(error) }));
    }
  }

  async #modelAt(revision: number): Promise<Snapshot> {
    const known = this.#models.get(revision);
    if (known !== undefined) return known;
    const snapshot = snapshotOf(await api.modelAt(this.#room, revision));
    this.#models.set(revision, snapshot);
    const oldest = this.#models.keys().next().value;
    if (this.#models.size > MODELS_MAX && oldest !== undefined) this.#models.delete(oldest);
    return snapshot;
  }

  #spotOf(revision: number): Spot | null {
    return spotOf(this.reading.get().timeline?.groups ?? [], revision) ?? this.#spots.get(revision) ?? null;
  }

  /** Who made a revision that is not in the list: it is older, or filtered out. */
  async #findSpot(revision: number): Promise<Spot | null> {
    const known = this.#spotOf(revision);
    if (known !== null || revision === 0) return known;
    const page = await api.history(this.#room, { before: revision + 1, limit: 1 });
    const spot = spotOf(page.groups, revision);
    if (spot !== null) this.#spots = new Map([...this.#spots, [revision, spot]]);
    return spot;
  }
}

/** A model that the server told, read without trust. */
export function snapshotOf({ model }: RevisionModel): Snapshot {
  const nodes = new Map<string, LiveNode>();
  for (const [id, value] of Object.entries(model.nodes)) {
    const node = readNode(id, value);
    if (node !== null) nodes.set(id, node);
  }
  return new Snapshot(model.application, nodes);
}

const histories = new WeakMap<Desk, History>();

export function historyOf(desk: Desk): History {
  const known = histories.get(desk) ?? new History(desk.room);
  histories.set(desk, known);
  return known;
}

export function useHistory(): History {
  return historyOf(useDesk());
}
