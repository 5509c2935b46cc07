/** A value outside React that components subscribe to: `useSyncExternalStore` wants no more. */
import { useRef, useSyncExternalStore } from "react";

export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  readonly get = (): T => this.#value;

  readonly set = (value: T): void => {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  };

  readonly update = (change: (value: T) => T): void => this.set(change(this.#value));

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** What a store can be read through: the designer's live document and the player's feed alike. */
export type Readable<T> = Pick<Store<T>, "get" | "subscribe">;

/**
 * The selected part of a store's value.
 *
 * `isEqual` keeps the earlier object when the new one says the same, so that a selector may build
 * arrays without causing a redraw each time.
 */
export function useSelect<T, S>(
  store: Readable<T>,
  select: (value: T) => S,
  isEqual: (a: S, b: S) => boolean = Object.is,
): S {
  const last = useRef<{ readonly value: S } | null>(null);
  const read = (): S => {
    const next = select(store.get());
    if (last.current === null || !isEqual(last.current.value, next)) last.current = { value: next };
    return last.current.value;
  };
  // The same without a page: components are drawn as text in tests.
  return useSyncExternalStore(store.subscribe, read, read);
}

export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
}
