/** The commands about locks: they work on the element that was selected last. */
import { ROOT } from "../../model/types";
import { type Command, group } from "../commands/command";
import type { Desk } from "../desk";
import { foreignLock, lockAt, placeInQueue } from "./useLock";

export const LOCKING: readonly Command[] = group("Edit", [
  { id: "lock", title: "Lock for me", keys: ["Mod+Shift+L"], isEnabled: canLock, run: (desk) => desk.connection.locks.ask(desk.primary, "acquire") },
  { id: "unlock", title: "Unlock", isEnabled: canUnlock, run: unlock },
  { id: "ask-for-lock", title: "Ask for it", isEnabled: canAsk, run: (desk) => desk.connection.locks.ask(wanted(desk), "wait") },
  { id: "break-lock", title: "Break the lock", isEnabled: (desk) => desk.connection.locks.mayBreak && foreignLock(desk, desk.primary) !== null, run: breakLock },
]);

/** What is asked for where somebody holds it: all that they hold, for a part of it is of no use. */
export function wanted(desk: Desk): string {
  return foreignLock(desk, desk.primary)?.component ?? desk.primary;
}

/** Gives back what one holds here, or one's place in the queue. */
export function unlock(desk: Desk): void {
  const lock = lockAt(desk, desk.primary);
  const isOwn = lock !== null && lock.user === desk.connection.locks.user;
  desk.connection.locks.ask(isOwn ? lock.component : wanted(desk), "release");
}

export function breakLock(desk: Desk): void {
  const lock = foreignLock(desk, desk.primary);
  if (lock !== null) desk.connection.locks.ask(lock.component, "break", lock.token);
}

function canLock(desk: Desk): boolean {
  const { primary } = desk;
  const isThere = primary === ROOT || desk.snapshot.isLive(primary);
  return isThere && !desk.isReadOnly && lockAt(desk, primary) === null;
}

function canUnlock(desk: Desk): boolean {
  const lock = lockAt(desk, desk.primary);
  return (lock !== null && lock.user === desk.connection.locks.user) || placeInQueue(desk, wanted(desk)) !== undefined;
}

function canAsk(desk: Desk): boolean {
  return !desk.isReadOnly && foreignLock(desk, desk.primary) !== null && placeInQueue(desk, wanted(desk)) === undefined;
}
