/** The frame in the colour of the person that is followed; it says who, and how to stop. */
import { inkOn } from "../../shared/people";
import { useFollowed } from "./follow";

export function FollowFrame() {
  const person = useFollowed();
  if (person === null) return null;
  return (
    <div className="dr-follow" style={{ borderColor: person.color }}>
      <p role="status" style={{ background: person.color, color: inkOn(person.color) }}>
        Following {person.name} · <kbd>Esc</kbd> to stop
      </p>
    </div>
  );
}
