/** A padlock with its holder's colour, for a row of the tree and for a frame on the canvas. */
import "./locks.css";

import { Lock as LockIcon } from "lucide-react";

import { inkOn } from "../../shared/people";
import { useDesk } from "../desk";
import { type Lock, lockWords } from "./state";
import { useQueue } from "./useLock";

/** In the tree: the row's own name says it in words. */
export function LockMark({ lock }: { readonly lock: Lock }) {
  const { user } = useDesk().connection.locks;
  const queue = useQueue(lock.component);
  return <span className="dr-lock-mark" style={{ background: lock.color, color: inkOn(lock.color) }} title={lockWords(lock, queue, user)}><LockIcon size={10} aria-hidden /></span>;
}

/** On the canvas: with the name, and how many wait. */
export function LockName({ lock }: { readonly lock: Lock }) {
  const { user } = useDesk().connection.locks;
  const queue = useQueue(lock.component);
  return (
    <span className="dr-outline-name dr-lock-name" dir="auto" style={{ background: lock.color, color: inkOn(lock.color) }} title={lockWords(lock, queue, user)}>
      <LockIcon size={10} aria-hidden /> {lock.user === user ? "You" : lock.name}{queue.length > 0 && ` · ${queue.length} ${queue.length === 1 ? "waits" : "wait"}`}
    </span>
  );
}
