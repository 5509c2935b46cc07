/**
 * The history of a desk: its timeline, read page by page, and the revision that is looked at.
 *
 * One for each desk. While a revision of the past is looked at, the panels work on a desk of the
 * past (`desk`); whatever leads to something of now (a problem, a person, a link) leads back to now.
 */
import { readNode } from "../../model/live";
import { Snapshot } from "../../model/snapshot";
import type { JsonObject, LiveNode } from "../../model/types";
import { api, explain, type HistoryPage, type HistoryQuestion, type RevisionModel } from "../../shared/api";
import { Store } from "../../shared/store";
import { groupDigits } from "../bar/digits";
import { type Desk, useDesk } from "../desk";
import { sameJson } from "../inspector/logic/paths";
import { changedProps } from "./compare";
import { PastDesk } from "./pastDesk";
import { newKey, restoration } from "./restoring";
import { holds, type Spot, spotOf, type Timeline, withNewer, withNewest, withOlder } from "./timeline";

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

type Merge = (known: Timeline | null, page: HistoryPage) => Timeline;

const GROUPS_PER_PAGE = 40;
/** Who drags the slider passes many revisions without looking at them. */
const SETTLE_MS = 120;
/** Models that are kept, for going back and forth. */
const MODELS_MAX = 24;

export class History {
  readonly reading = new Store<Reading>({ timeline: null, isBusy: false, error: null });
  readonly filter = new Store<Filter>({ author: null, node: null });
  readonly past = new Store<Past | null>(null);
  /** Whether the pages of then are running. */
  readonly isPlaying = new Store(false);
  /** What the panels work on: the desk of now, or one of the past. */
  readonly desk: Store<Desk>;
  readonly #now: Desk;
  readonly #models = new Map<number, Snapshot>();
  #pastDesk: PastDesk | null = null;
  #spots = new Map<number, Spot>();
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(now: Desk) {
    this.#now = now;
    this.desk = new Store(now);
  }

  /** The model of now. */
  get now(): Snapshot {
    return this.#now.snapshot;
  }

  /** Goes back to now when something of now is selected or somebody is followed; until the returned function is called. */
  readonly watch = (): (() => void) => {
    const back = (): void => this.leave(false);
    const stop = [this.#now.selection.subscribe(back), this.#now.following.subscribe(back)];
    return () => {
      for (const end of stop) end();
      back();
    };
  };

  /** Reads the newest page; what is known and older stays. */
  readonly refresh = async (): Promise<void> => {
    // Whoever reads far back is not taken from there by what is new.
    if (this.past.get() !== null && this.reading.get().timeline?.newer != null) return;
    await this.#read({}, withNewest);
  };

  /** Reads the page before what is known. */
  readonly more = async (): Promise<void> => {
    const { timeline, isBusy } = this.reading.get();
    if (timeline === null || timeline.next === null || isBusy) return;
    await this.#read({ before: timeline.next }, withOlder);
  };

  /** Reads the page after what is known, where that does not reach to now. */
  readonly newer = async (): Promise<void> => {
    const { timeline, isBusy } = this.reading.get();
    if (timeline === null || timeline.newer === null || isBusy) return;
    await this.#read({ around: timeline.newer }, withNewer);
  };

  choose(filter: Partial<Filter>): void {
    const before = this.filter.get();
    const next = { ...before, ...filter };
    if (next.author === before.author && next.node === before.node) return;
    this.filter.set(next);
    this.reading.set({ timeline: null, isBusy: false, error: null });
    const past = this.past.get();
    void (past === null ? this.refresh() : this.#reach(past.revision));
  }

  /** Looks at a revision; `isSettled` says that no other one is about to follow. */
  show(revision: number, isSettled = true): void {
    const before = this.past.get();
    const known = this.#models.get(revision);
    const spot = this.#spotOf(revision);
    this.#enter();
    this.past.set({ revision, snapshot: known ?? before?.snapshot ?? null, isLoading: known === undefined, error: null, spot });
    if (known !== undefined) this.#pastDesk?.show(known, spot?.entry.nodes ?? []);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(revision), isSettled ? 0 : SETTLE_MS);
  }

  /** Back to now, where what one looked at stays selected unless the way there says otherwise. */
  leave(isCarriedOver = true): void {
    const gone = this.#pastDesk;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (gone === null) return;
    this.#pastDesk = null;
    this.past.set(null);
    this.isPlaying.set(false);
    this.desk.set(this.#now);
    if (isCarriedOver) gone.carryOver();
    gone.destroy();
    if (this.reading.get().timeline?.newer != null) void this.refresh();
  }

  /** Makes the model what it was at a revision, as a new one; throws an `ApiError`. */
  async restore(revision: number, key = newKey()): Promise<{ readonly revision: number; readonly changed: boolean }> {
    const restored = await api.restoreRevision(this.#now.room, revision, key);
    if (restored.changed) this.#now.connection.recordOutside(restoration(this.#now, restored.revision, `Restored revision ${groupDigits(revision)}`));
    this.leave();
    void this.refresh();
    return restored;
  }

  #enter(): void {
    if (this.#pastDesk !== null) return;
    this.#pastDesk = new PastDesk(this.#now, this.#now.snapshot);
    histories.set(this.#pastDesk, this);
    this.desk.set(this.#pastDesk);
  }

  async #read(question: HistoryQuestion, merge: Merge): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const { author, node } = this.filter.get();
    this.reading.update((reading) => ({ ...reading, isBusy: true, error: null }));
    try {
      const page = await api.history(this.#now.room, { ...question, limit: GROUPS_PER_PAGE, author: author ?? undefined, node: node ?? undefined });
      // A filter was chosen meanwhile, or a newer question is on its way.
      if (asked !== this.#asked) return;
      this.reading.update(({ timeline }) => ({ timeline: merge(timeline, page), isBusy: false, error: null }));
    } catch (error) {
      if (asked === this.#asked) this.reading.update((reading) => ({ ...reading, isBusy: false, error: explain(error) }));
    }
  }

  /** Reads the page that a revision is on, unless it is known. */
  async #reach(revision: number): Promise<void> {
    const { timeline } = this.reading.get();
    if (revision === 0 || (timeline !== null && holds(timeline, revision))) return;
    await this.#read({ around: revision }, (_, page) => ({ ...page }));
  }

  async #load(revision: number): Promise<void> {
    const isCurrent = (): boolean => this.past.get()?.revision === revision;
    try {
      const [snapshot, spot] = await Promise.all([this.#modelAt(revision), this.#findSpot(revision)]);
      if (!isCurrent()) return;
      this.past.set({ revision, snapshot, isLoading: false, error: null, spot });
      this.#pastDesk?.show(snapshot, spot?.entry.nodes ?? []);
      if (spot === null || spot.entry.nodes.length === 0) return;
      // Which properties those are is told a moment later: for that the model before it is read, too.
      const before = await this.#modelAt(spot.entry.first - 1);
      if (isCurrent()) this.#pastDesk?.changedProps.set(changedProps(before, snapshot, spot.entry.nodes));
    } catch (error) {
      if (!isCurrent()) return;
      this.past.update((past) => (past === null ? null : { ...past, snapshot: null, isLoading: false, error: explain(error) }));
      this.#pastDesk?.show(Snapshot.EMPTY, []);
    }
  }

  async #modelAt(revision: number): Promise<Snapshot> {
    const known = this.#models.get(revision);
    if (known !== undefined) return known;
    const read = await api.modelAt(this.#now.room, revision);
    const snapshot = snapshotOf(read, this.past.get()?.snapshot ?? this.#now.snapshot);
    this.#models.set(revision, snapshot);
    const oldest = this.#models.keys().next().value;
    if (this.#models.size > MODELS_MAX && oldest !== undefined) this.#models.delete(oldest);
    return snapshot;
  }

  #spotOf(revision: number): Spot | null {
    return spotOf(this.reading.get().timeline?.groups ?? [], revision) ?? this.#spots.get(revision) ?? null;
  }

  /** Who made a revision; the list goes to it, unless its filter leaves it out. */
  async #findSpot(revision: number): Promise<Spot | null> {
    await this.#reach(revision);
    const known = this.#spotOf(revision);
    if (known !== null || revision === 0) return known;
    const page = await api.history(this.#now.room, { around: revision, limit: 1 });
    const spot = spotOf(page.groups, revision);
    if (spot !== null) this.#spots = new Map([...this.#spots, [revision, spot]]);
    return spot;
  }
}

/**
 * A model that the server told, read without trust.
 *
 * What is as in the snapshot `like` is the same object: from revision to revision little changes, and
 * only that is drawn anew.
 */
export function snapshotOf({ model }: RevisionModel, like: Snapshot = Snapshot.EMPTY): Snapshot {
  const nodes = new Map<string, LiveNode>();
  for (const [id, value] of Object.entries(model.nodes)) {
    const node = readNode(id, value);
    if (node !== null) nodes.set(id, alike(like.node(id), node));
  }
  const application: JsonObject = sameJson(like.application, model.application) ? like.application : model.application;
  return new Snapshot(application, nodes);
}

function alike(known: LiveNode | undefined, read: LiveNode): LiveNode {
  const isSame = known !== undefined && known.type === read.type && sameJson([...(known.place ?? [])], [...(read.place ?? [])]) && sameJson(known.props, read.props);
  return isSame ? known : read;
}

const histories = new WeakMap<Desk, History>();

export function historyOf(desk: Desk): History {
  const known = histories.get(desk) ?? new History(desk);
  histories.set(desk, known);
  return known;
}

export function useHistory(): History {
  return historyOf(useDesk());
}
