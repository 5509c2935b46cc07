/**
 * Watching single nodes of a document, which are thousands.
 *
 * Whoever watches a node is woken when it, or what stands directly in it, has changed. If each of
 * them listened to the document itself, one letter would ask all of them whether it concerns them.
 */
import type { Readable } from "../shared/store";
import type { Snapshot } from "./snapshot";

type Listener = () => void;

const watches = new WeakMap<Readable<Snapshot>, Watch>();

/** The snapshots as one node sees them: its listeners hear of the node and its children alone. */
export function snapshotsAt(snapshots: Readable<Snapshot>, id: string): Readable<Snapshot> {
  const watch = watches.get(snapshots) ?? new Watch(snapshots);
  watches.set(snapshots, watch);
  return { get: snapshots.get, subscribe: (listener) => watch.add(id, listener) };
}

class Watch {
  readonly #snapshots: Readable<Snapshot>;
  readonly #listeners = new Map<string, Set<Listener>>();
  #seen: Snapshot;
  #stop: (() => void) | null = null;

  constructor(snapshots: Readable<Snapshot>) {
    this.#snapshots = snapshots;
    this.#seen = snapshots.get();
  }

  add(id: string, listener: Listener): () => void {
    if (this.#stop === null) {
      this.#seen = this.#snapshots.get();
      this.#stop = this.#snapshots.subscribe(this.#compare);
    }
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => this.#remove(id, listeners, listener);
  }

  #remove(id: string, listeners: Set<Listener>, listener: Listener): void {
    listeners.delete(listener);
    if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    if (this.#listeners.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }

  readonly #compare = (): void => {
    const before = this.#seen;
    const now = this.#snapshots.get();
    this.#seen = now;
    const woken = [...this.#listeners].filter(([id]) => !now.isSame(before, id));
    for (const [, listeners] of woken) for (const listener of [...listeners]) listener();
  };
}
