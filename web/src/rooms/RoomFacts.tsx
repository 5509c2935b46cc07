/** Small facts about a room: who is in it, what is wrong in it, when it was changed. */
import { Tooltip } from "@mantine/core";
import { TriangleAlert } from "lucide-react";

import type { Room } from "../shared/api";
import { Avatar } from "../shared/Avatar";
import { ago } from "./ago";

const AVATARS_MAX = 3;

export function PeopleHere({ room }: { readonly room: Room }) {
  if (room.people === 0) return null;
  const shown = room.present.slice(0, AVATARS_MAX);
  const rest = room.people - shown.length;
  return (
    <span className="dr-here" role="group" aria-label={room.people === 1 ? "1 person is here now" : `${room.people} people are here now`}>
      {shown.map((person, index) => <Avatar key={index} name={person.name} color={person.color} size={22} />)}
      {rest > 0 && <span className="dr-here-rest">+{rest}</span>}
    </span>
  );
}

export function ProblemCount({ room }: { readonly room: Room }) {
  if (room.problems === null || room.problems === 0) return null;
  const text = room.problems === 1 ? "1 problem" : `${room.problems} problems`;
  return (
    <Tooltip label={`${text} in this model`}>
      <span className="dr-problem-count">
        <TriangleAlert size={13} aria-hidden />
        <span aria-hidden>{room.problems}</span>
        <span className="dr-hidden">{text}</span>
      </span>
    </Tooltip>
  );
}

export function Changed({ time, now }: { readonly time: string; readonly now: number }) {
  return <time dateTime={time} title={new Date(time).toLocaleString()}>{ago(time, now)}</time>;
}
