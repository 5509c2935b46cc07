/** Following somebody: their page is shown, and the canvas goes where theirs is, or where they select. */
import { useEffect } from "react";

import { useSelect } from "../../shared/store";
import type { Desk } from "../desk";
import { useDesk } from "../desk";
import type { Person } from "../presence";
import type { Tracker } from "./tracker";

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
    let selected: string | undefined;
    const look = (): void => {
      const person = presence.people.get().find(({ client }) => client === following);
      if (person === undefined) return;
      goToPage(desk, person);
      const last = person.selection.at(-1);
      const isNew = last !== selected;
      selected = last;
      // The page may be drawn only with the next frame.
      requestAnimationFrame(() => goAlong(desk, tracker, person, isNew));
    };
    look();
    const stop = [presence.people.subscribe(look), presence.sights.subscribe(look)];
    return () => {
      for (const end of stop) end();
    };
  }, [desk, tracker, following]);
}

function goToPage(desk: Desk, { page }: Person): void {
  if (page === null || desk.page.get() === page || !desk.snapshot.isLive(page)) return;
  desk.page.set(page);
  desk.centre.set({ kind: "canvas" });
  desk.connection.presence.showPage(page);
}

// In a window of another size the same middle may leave out what they have just selected.
function goAlong(desk: Desk, { surface }: Tracker, { client, page, selection }: Person, isNew: boolean): void {
  const sight = desk.connection.presence.sights.get().get(client);
  if (sight !== undefined && sight.page === page) surface.bringToMiddle(sight);
  const target = selection.at(-1);
  if (isNew && target !== undefined && target !== page) surface.reveal(target);
}
