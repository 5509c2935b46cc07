/**
 * Following somebody: one sees what they see, and one's own selection stays as it is.
 *
 * The canvas goes along by itself; here the centre follows where they work on a data model or a
 * workflow. A selection of one's own ends it.
 */
import { useEffect } from "react";

import { useSelect } from "../../shared/store";
import type { Desk } from "../desk";
import type { Person } from "../presence";

export function toggleFollowing(desk: Desk, person: Person): void {
  const isFollowed = desk.following.get() === person.client;
  desk.following.set(isFollowed ? null : person.client);
  if (!isFollowed) goAlong(desk);
}

export function useFollowedSelection(desk: Desk): void {
  const following = useSelect<number | null, number | null>(desk.following, (client) => client);
  useEffect(() => {
    if (following === null) return undefined;
    const ends = [
      desk.connection.presence.people.subscribe(() => goAlong(desk)),
      desk.selection.subscribe(() => desk.following.set(null)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [desk, following]);
}

function goAlong(desk: Desk): void {
  const person = desk.connection.presence.people.get().find(({ client }) => client === desk.following.get());
  if (person === undefined) return desk.following.set(null);
  const root = desk.snapshot.path(person.selection.at(-1) ?? "")[0];
  const slot = root?.place?.[1];
  if (root === undefined) return;
  const centre = desk.centre.get();
  if (slot === "dataModels" || slot === "workflows") {
    const kind = slot === "dataModels" ? "model" : "workflow";
    if (centre.kind !== kind || centre.id !== root.id) desk.centre.set({ kind, id: root.id });
  } else if (slot === "pages" && centre.kind !== "canvas") desk.centre.set({ kind: "canvas" });
}
