/**
 * The others' pointers, named and in their colours.
 *
 * They move many times a second: React draws who is there, and the tracker moves them. Between two
 * messages the browser lets them glide, unless they are many or the system asks for no motion.
 */
import { useEffect, useRef } from "react";

import { inkOn } from "../../shared/people";
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import type { Person } from "../presence";
import type { Rect } from "./geometry";
import { useTracker } from "./tracker";

/** The moves of so long a time are shown in one frame: each frame with pointers costs a few milliseconds. */
const GATHER_MS = 50;
/** One's own key is shown first: the others' moves wait so long after it, and so long in all while one goes on typing. */
const OWN_FIRST_MS = 60;
const WAIT_MAX_MS = 150;
/** More pointers than these do not glide: where the browser draws in software, nothing else would be drawn in time. */
const GLIDING_MAX = 6;

export function Cursors({ page }: { readonly page: string }) {
  const { presence } = useDesk().connection;
  const tracker = useTracker();
  const people = useSelect(presence.people, (value) => value);
  useEffect(() => gathered(presence.cursors.subscribe, tracker.schedule), [presence, tracker]);
  const here = people.filter((person) => person.page === page || person.page === null);
  return here.map((person) => <Pointer key={person.client} person={person} page={page} isGliding={here.length <= GLIDING_MAX} />);
}

/** Calls `place` once for all that `subscribe` tells in a while; stopped by what it returns. */
function gathered(subscribe: (listener: () => void) => () => void, place: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let [movedAt, typedAt] = [0, 0];
  const come = (): void => {
    const now = performance.now();
    const isOwnFirst = now - typedAt < OWN_FIRST_MS && now - movedAt < WAIT_MAX_MS;
    timer = isOwnFirst ? setTimeout(come, OWN_FIRST_MS - (now - typedAt)) : null;
    if (!isOwnFirst) place();
  };
  const onKey = (): void => {
    typedAt = performance.now();
  };
  window.addEventListener("keydown", onKey, true);
  const stop = subscribe(() => {
    if (timer !== null) return;
    movedAt = performance.now();
    timer = setTimeout(come, GATHER_MS);
  });
  return () => {
    stop();
    window.removeEventListener("keydown", onKey, true);
    if (timer !== null) clearTimeout(timer);
  };
}

interface PointerProps {
  readonly person: Person;
  readonly page: string;
  readonly isGliding: boolean;
}

function Pointer({ person, page, isGliding }: PointerProps) {
  const { presence } = useDesk().connection;
  const tracker = useTracker();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const cursor = () => {
      const found = presence.cursors.get().get(person.client);
      return found?.page === page ? found : null;
    };
    let shown = "";
    const place = (rect: Rect | null): void => {
      const at = cursor();
      const next = rect === null || at === null ? "" : `translate(${Math.round(rect.left + at.x * rect.width)}px, ${Math.round(rect.top + at.y * rect.height)}px)`;
      if (element.current === null || next === shown) return;
      // One that has just come in stands where it is; it does not fly there.
      element.current.toggleAttribute("data-new", shown === "");
      element.current.hidden = next === "";
      element.current.style.transform = next;
      shown = next;
    };
    return tracker.track(() => cursor()?.node ?? null, place);
  }, [presence, tracker, person.client, page]);
  return (
    <div ref={element} className="dr-cursor" data-gliding={isGliding || undefined} hidden>
      <svg width="14" height="18" viewBox="0 0 14 18" aria-hidden>
        <path d="M1 1 L13 10 L7.4 10.8 L4.6 16.4 Z" fill={person.color} stroke="#fff" strokeWidth="1.2" strokeLinejoin="round" />
      </svg>
      <span style={{ background: person.color, color: inkOn(person.color) }}>{person.name}</span>
    </div>
  );
}
