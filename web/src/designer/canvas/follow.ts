/** Following somebody: their page is shown, and the canvas goes where they select or point. */
import { useEffect } from "react";

import { type Store, useSelect } from "../../shared/store";
import type { Desk } from "../desk";
import { useDesk } from "../desk";
import type { Person } from "../presence";
import type { Tracker } from "./tracker";

/** How long the canvas rests after it went somewhere, in milliseconds: a wandering pointer is no tour. */
const REST_MS = 250;

/** The person that is followed, or null. */
export function useFollowed(): Person | null {
  const desk = useDesk();
  const following = useSelect(desk.following, (client) => client);
  return useSelect(desk.connection.presence.people, (people) => people.find((person) => person.client === following) ?? null);
}

/** Goes along with the one that is followed. */
export function useFollowing(tracker: Tracker): void {
  const desk = useDesk();
  const following = useSelect<number | null, number | null>(desk.following, (client) => client);
  useEffect(() => {
    if (following === null) return undefined;
    const { presence } = desk.connection;
    const go = (): void => goAlong(desk, tracker, following);
    let timer: ReturnType<typeof setTimeout> | null = null;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = null;
        go();
      }, REST_MS);
    };
    go();
    const stop = [presence.people.subscribe(go), presence.cursors.subscribe(soon)];
    return () => {
      for (const end of stop) end();
      if (timer !== null) clearTimeout(timer);
    };
  }, [desk, tracker, following]);
}

/** Stops following; true if somebody was followed. */
export function stopFollowing(following: Store<number | null>): boolean {
  if (following.get() === null) return false;
  following.set(null);
  return true;
}

function goAlong(desk: Desk, tracker: Tracker, client: number): void {
  const { people, cursors } = desk.connection.presence;
  const person = people.get().find((other) => other.client === client);
  // Whoever left is followed no longer.
  if (person === undefined) return desk.following.set(null);
  if (person.page !== null && desk.page.get() !== person.page && desk.snapshot.isLive(person.page)) {
    desk.page.set(person.page);
    desk.centre.set({ kind: "canvas" });
    desk.connection.presence.showPage(person.page);
  }
  const cursor = cursors.get().get(client);
  const target = cursor?.page === person.page ? cursor.node : person.selection.at(-1);
  // The page may be drawn only with the next frame.
  requestAnimationFrame(() => {
    if (target !== undefined && target !== person.page) tracker.surface.reveal(target);
  });
}
