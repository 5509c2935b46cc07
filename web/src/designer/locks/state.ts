/** Who holds which element, as the server last said, and what follows for one element. */
import { isObject } from "../../model/value";
import { safeColor } from "../../shared/people";

export interface Lock {
  /** The id of a node, or `application` for the application's head. */
  readonly component: string;
  readonly user: string;
  readonly name: string;
  readonly color: string;
  /** The revision that took it: the same component held again has another. */
  readonly token: number;
}

export interface Waiter {
  readonly component: string;
  readonly user: string;
  readonly name: string;
  readonly color: string;
  /** The place in the queue of this component, from 1. */
  readonly position: number;
}

export interface LockState {
  readonly locks: readonly Lock[];
  readonly waiting: readonly Waiter[];
}

export const NO_LOCKS: LockState = { locks: [], waiting: [] };

/** The locks of a message, read without trust. */
export function readLocks(message: Record<string, unknown>): LockState {
  const locks = items(message.locks).map((item) => ({ ...person(item), token: number(item.token) }));
  const waiting = items(message.waiting).map((item) => ({ ...person(item), position: number(item.position) }));
  return { locks, waiting };
}

/** The lock that holds an element: its own, or that of what it stands in; `path` ends with the element. */
export function lockOver(state: LockState, path: readonly string[]): Lock | null {
  if (state.locks.length === 0) return null;
  for (const id of path.toReversed()) {
    const lock = state.locks.find(({ component }) => component === id);
    if (lock !== undefined) return lock;
  }
  return null;
}

/** Those who wait for a component, first come first. */
export function queueOf(state: LockState, component: string): readonly Waiter[] {
  return state.waiting.filter((waiter) => waiter.component === component).toSorted((a, b) => a.position - b.position);
}

/** What a padlock says to whoever cannot see it. */
export function lockWords(lock: Lock, queue: readonly Waiter[], user: string): string {
  const holder = lock.user === user ? "locked by you" : `locked by ${lock.name}`;
  if (queue.length === 0) return holder;
  return `${holder}, ${queue.length === 1 ? `${queue[0]?.name ?? ""} waits` : `${queue.length} wait`}`;
}

function items(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((item): item is Record<string, unknown> => isObject(item) && typeof item.component === "string") : [];
}

function person(item: Record<string, unknown>) {
  const name = text(item.name);
  return { component: text(item.component), user: text(item.user), name: name.trim() === "" ? "Somebody" : name, color: safeColor(item.color) };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
