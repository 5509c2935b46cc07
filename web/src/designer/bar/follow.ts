/**
 * Following somebody: one sees what they see, and one's own selection stays as it is.
 *
 * The canvas goes along by itself; here the centre follows where they work on a data model or a
 * workflow. Whatever one does with one's own hands in the panels ends it, and so does their leaving;
 * both are said, because the view stands still from then on.
 */
import { useEffect } from "react";

import { useSelect } from "../../shared/store";
import type { Desk } from "../desk";
import type { Person } from "../presence";

/** Where one's own hands work on the application; the bar and the messages are no such place. */
const PANELS = ".dr-frame";
const MODIFIERS: ReadonlySet<string> = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"]);

export function toggleFollowing(desk: Desk, person: Person): void {
  const isFollowed = desk.following.get() === person.client;
  desk.following.set(isFollowed ? null : person.client);
  if (!isFollowed) goAlong(desk);
}

export function useFollowedSelection(desk: Desk): void {
  const following = useSelect<number | null, number | null>(desk.following, (client) => client);
  useEffect(() => {
    if (following === null) return undefined;
    const stop = new AbortController();
    const options = { signal: stop.signal, capture: true, passive: true };
    const go = ({ target }: Event): void => {
      if (target instanceof Element && target.closest(PANELS) !== null) end(desk);
    };
    window.addEventListener("pointerdown", go, options);
    window.addEventListener("wheel", go, options);
    window.addEventListener("keydown", (event) => onKey(desk, event), { signal: stop.signal, capture: true });
    const ends = [
      desk.connection.presence.people.subscribe(() => goAlong(desk)),
      desk.selection.subscribe(() => end(desk)),
    ];
    return () => {
      stop.abort();
      for (const stopped of ends) stopped();
    };
  }, [desk, following]);
}

// Wherever the focus is: the frame says Esc, so Esc it is, before it means anything else.
function onKey(desk: Desk, event: KeyboardEvent): void {
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    end(desk);
  } else if (!MODIFIERS.has(event.key) && event.target instanceof Element && event.target.closest(PANELS) !== null) end(desk);
}

/** One goes one's own way. */
function end(desk: Desk): void {
  const client = desk.following.get();
  if (client === null) return;
  desk.following.set(null);
  desk.connection.tell(`You no longer follow ${nameOf(desk, client)}`, "You went your own way. Click their face to follow them again.");
}

function goAlong(desk: Desk): void {
  const client = desk.following.get();
  if (client === null) return;
  const person = desk.connection.presence.people.get().find((other) => other.client === client);
  if (person === undefined) {
    desk.following.set(null);
    desk.connection.tell(`${nameOf(desk, client)} has left`, "You followed them; what you see is where they were last.");
    return;
  }
  const root = desk.snapshot.path(person.selection.at(-1) ?? "")[0];
  const slot = root?.place?.[1];
  if (root === undefined) return;
  const centre = desk.centre.get();
  if (slot === "dataModels" || slot === "workflows") {
    const kind = slot === "dataModels" ? "model" : "workflow";
    if (centre.kind !== kind || centre.id !== root.id) desk.centre.set({ kind, id: root.id });
  } else if (slot === "pages" && centre.kind !== "canvas") desk.centre.set({ kind: "canvas" });
}

function nameOf(desk: Desk, client: number): string {
  return desk.connection.presence.who(client)?.name ?? "They";
}
