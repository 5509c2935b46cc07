/** The frame in the colour of the person that is followed; it says who, and how to stop. */
import { useEffect } from "react";

import { inkOn } from "../../shared/people";
import { useDesk } from "../desk";
import { stopFollowing, useFollowed } from "./follow";

export function FollowFrame() {
  const desk = useDesk();
  const person = useFollowed();
  const isFollowing = person !== null;
  useEffect(() => {
    if (!isFollowing) return undefined;
    // Wherever the focus is: the frame says Esc, so Esc it is, before it means anything else.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || !stopFollowing(desk.following)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [desk, isFollowing]);
  if (person === null) return null;
  return (
    <div className="dr-follow" style={{ borderColor: person.color }}>
      <p role="status" style={{ background: person.color, color: inkOn(person.color) }}>
        Following {person.name} · <kbd>Esc</kbd> to stop
      </p>
    </div>
  );
}
