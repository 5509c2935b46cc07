/** In the inspector: who holds what is shown, who waits, and what one can do about it. */
import "./locks.css";

import { Button } from "@mantine/core";
import { Lock as LockIcon } from "lucide-react";

import { nodeLabel } from "../../model/labels";
import { ROOT } from "../../model/types";
import { useSelect } from "../../shared/store";
import { useDesk, useIsReadOnly } from "../desk";
import type { Waiter } from "./state";
import { useLock, useQueue } from "./useLock";

/** Renders nothing for what nobody holds. */
export function LockNote({ id }: { readonly id: string }) {
  const desk = useDesk();
  const { locks } = desk.connection;
  const lock = useLock(id);
  const queue = useQueue(lock?.component ?? id);
  const isReadOnly = useIsReadOnly();
  const component = lock?.component ?? id;
  const label = useSelect(desk.connection.model.snapshots, (snapshot) => {
    const node = component === id || component === ROOT ? undefined : snapshot.node(component);
    return node === undefined ? "" : nodeLabel(node, desk.registry, snapshot);
  });
  if (lock === null) return null;
  const isOwn = lock.user === locks.user;
  const isWaiting = queue.some(({ user }) => user === locks.user);
  const what = label === "" ? "this element" : `“${label}”, in which this element stands`;
  return (
    <div className="dr-note dr-lock-note" role="status" style={{ borderInlineStartColor: lock.color }}>
      <p dir="auto"><LockIcon size={13} aria-hidden /> {isOwn ? `You hold ${what}. Nobody else can change it.` : `${lock.name} holds ${what}. You can look at it, but not change it.`}</p>
      {queue.length > 0 && <p dir="auto">{waitingWords(queue, locks.user)}</p>}
      <div className="dr-lock-actions">
        {isOwn && <Button onClick={() => locks.ask(component, "release")}>Unlock</Button>}
        {!isOwn && !isReadOnly && (isWaiting
          ? <Button variant="default" onClick={() => locks.ask(component, "release")}>Stop waiting</Button>
          : <Button onClick={() => locks.ask(component, "wait")}>Wait for it</Button>)}
        {!isOwn && locks.mayBreak && !isReadOnly && <Button variant="default" onClick={() => locks.ask(component, "break", lock.token)}>Break the lock</Button>}
      </div>
    </div>
  );
}

function waitingWords(queue: readonly Waiter[], user: string): string {
  const own = queue.find((waiter) => waiter.user === user);
  const others = queue.filter((waiter) => waiter.user !== user).map(({ name }) => name);
  if (own === undefined) return `${others.join(", ")} ${others.length === 1 ? "waits" : "wait"} for it.`;
  return own.position === 1 ? "You are next." : `You wait, as number ${own.position}.`;
}
