/** The lock of an element, for views and commands. */
import { useSelect } from "../../shared/store";
import { type Desk, useDesk } from "../desk";
import { type Lock, lockOver, queueOf, type Waiter } from "./state";
import { ROOT } from "../../model/types";
import type { Snapshot } from "../../model/snapshot";

/** An element and what it stands in, from the outside inwards; the application's head stands alone. */
function pathOf(snapshot: Snapshot, id: string): readonly string[] {
  return id === ROOT ? [ROOT] : snapshot.path(id).map((node) => node.id);
}

/** Who holds an element, oneself included. */
export function lockAt(desk: Desk, id: string): Lock | null {
  return lockOver(desk.connection.locks.state.get(), pathOf(desk.snapshot, id));
}

/** Who else holds an element, so that one cannot change it. */
export function foreignLock(desk: Desk, id: string): Lock | null {
  const lock = lockAt(desk, id);
  return lock === null || lock.user === desk.connection.locks.user ? null : lock;
}

/** Whether one waits for an element, or for what holds it. */
export function placeInQueue(desk: Desk, component: string): Waiter | undefined {
  return desk.connection.locks.awaited.find((waiter) => waiter.component === component);
}

export function useLock(id: string): Lock | null {
  const desk = useDesk();
  // The path follows from the model, which is drawn anew with each edit anyway.
  const path = useSelect(desk.connection.model.snapshots, (snapshot) => pathOf(snapshot, id), sameIds);
  return useSelect(desk.connection.locks.state, (state) => lockOver(state, path), sameLock);
}

/** The lock of somebody else over an element, or over any of several. */
export function useForeignLock(id: string): Lock | null {
  const { user } = useDesk().connection.locks;
  const lock = useLock(id);
  return lock === null || lock.user === user ? null : lock;
}

export function useQueue(component: string): readonly Waiter[] {
  const desk = useDesk();
  return useSelect(desk.connection.locks.state, (state) => queueOf(state, component), (a, b) => JSON.stringify(a) === JSON.stringify(b));
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

function sameLock(a: Lock | null, b: Lock | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
