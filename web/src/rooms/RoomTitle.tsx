/** A room's title: a link to it, or the field in which it is renamed in place. */
import { TextInput } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";

import { designerUrl, explain, type Room } from "../shared/api";
import { RouteLink } from "../shared/router";
import { titleOf } from "./listing";

interface RoomTitleProps {
  readonly room: Room;
  readonly isRenaming: boolean;
  /** Returns once the server has the title; throws what it refuses. */
  readonly onRename: (title: string) => Promise<void>;
  readonly onEnd: () => void;
}

export function RoomTitle({ room, isRenaming, onRename, onEnd }: RoomTitleProps) {
  if (isRenaming) return <TitleField room={room} onRename={onRename} onEnd={onEnd} />;
  const title = titleOf(room);
  return (
    <>
      <RouteLink to={designerUrl(room.name)} className="dr-room-link" title={title} data-room={room.name}><bdi>{title}</bdi></RouteLink>
      {title !== room.name && <span className="dr-room-name" title={room.name}>{room.name}</span>}
    </>
  );
}

function TitleField({ room, onRename, onEnd }: Omit<RoomTitleProps, "isRenaming">) {
  const [title, setTitle] = useState(room.title ?? "");
  const [error, setError] = useState<string | null>(null);
  // Enter and the blur that follows it must not save twice; Escape must not save at all.
  const isOver = useRef(false);
  const save = async (): Promise<void> => {
    if (isOver.current) return;
    isOver.current = true;
    try {
      if (title.trim() !== (room.title ?? "")) await onRename(title.trim());
      onEnd();
    } catch (failure) {
      isOver.current = false;
      setError(explain(failure));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") void save();
    if (event.key === "Escape") {
      isOver.current = true;
      onEnd();
    }
    event.stopPropagation();
  };
  return (
    <TextInput
      className="dr-title-field"
      aria-label={`Title of ${room.name}`}
      value={title}
      placeholder={room.name}
      maxLength={120}
      error={error}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setTitle(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onBlur={() => void save()}
    />
  );
}
