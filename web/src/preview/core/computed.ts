/**
 * Values that follow from others, computed again only when one that was read has changed.
 *
 * While somebody watches, a computed value watches what it read last; unwatched it looks whether
 * that is still the same whenever it is asked. Several readers share one computation.
 */
import type { Readable } from "../../shared/store";
import { isSame } from "./same";

/** Reads another value (or what `select` takes of it) and remembers that it was read. */
export type Track = <V, S = V>(readable: Readable<V>, select?: (value: V) => S) => S;

interface Input {
  readonly readable: Readable<unknown>;
  readonly select: (value: unknown) => unknown;
  readonly seen: unknown;
}

export class Computed<T> implements Readable<T> {
  readonly #compute: (track: Track) => T;
  readonly #listeners = new Set<() => void>();
  #inputs: readonly Input[] | null = null;
  #value: T | undefined;
  #watched = new Map<Readable<unknown>, () => void>();

  constructor(compute: (track: Track) => T) {
    this.#compute = compute;
  }

  readonly get = (): T => {
    if (this.#isStale()) this.#recompute();
    return this.#value as T;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.get();
      this.#watch();
    }
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#unwatch();
    };
  };

  #isStale(): boolean {
    return this.#inputs === null || this.#inputs.some(({ readable, select, seen }) => !isSame(select(readable.get()), seen));
  }

  #recompute(): void {
    const inputs: Input[] = [];
    const track = <V, S = V>(readable: Readable<V>, select?: (value: V) => S): S => {
      const take = (select ?? ((value: unknown) => value)) as (value: unknown) => unknown;
      const seen = take(readable.get());
      inputs.push({ readable, select: take, seen });
      return seen as S;
    };
    const value = this.#compute(track);
    this.#inputs = inputs;
    // A value that says the same stays the same object, so that nothing is drawn again for it.
    if (this.#value === undefined || !isSame(this.#value, value)) this.#value = value;
    if (this.#listeners.size > 0) this.#watch();
  }

  readonly #onInput = (): void => {
    if (!this.#isStale()) return;
    const before = this.#value;
    this.#recompute();
    if (Object.is(before, this.#value)) return;
    for (const listener of [...this.#listeners]) listener();
  };

  #watch(): void {
    const before = this.#watched;
    const after = new Map<Readable<unknown>, () => void>();
    for (const { readable } of this.#inputs ?? []) {
      if (!after.has(readable)) after.set(readable, before.get(readable) ?? readable.subscribe(this.#onInput));
    }
    this.#watched = after;
    for (const [readable, unsubscribe] of before) if (!after.has(readable)) unsubscribe();
  }

  #unwatch(): void {
    for (const unsubscribe of this.#watched.values()) unsubscribe();
    this.#watched = new Map();
  }
}

/** Reads as `Track` does, for who asks once and wants to hear of no change. */
export const once: Track = <V, S = V>(readable: Readable<V>, select?: (value: V) => S): S =>
  select === undefined ? (readable.get() as unknown as S) : select(readable.get());

/** A value that never changes. */
export function constant<T>(value: T): Readable<T> {
  return { get: () => value, subscribe: () => () => undefined };
}

/** Waits until a value is as `isSettled` wants it; watching is what sets questions going. */
export function settled<T>(readable: Readable<T>, isSettled: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    let unsubscribe: (() => void) | null = null;
    const look = (): boolean => {
      const value = readable.get();
      if (!isSettled(value)) return false;
      unsubscribe?.();
      resolve(value);
      return true;
    };
    const off = readable.subscribe(look);
    unsubscribe = off;
    look();
  });
}
