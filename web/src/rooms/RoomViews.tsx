/** Rooms as cards or as rows; both show the same and are worked the same way. */
import { ActionIcon } from "@mantine/core";
import { Play } from "lucide-react";
import type { KeyboardEvent } from "react";

import { previewUrl, type Room } from "../shared/api";
import { type Rights, titleOf } from "./listing";
import { Changed, PeopleHere, ProblemCount } from "./RoomFacts";
import { type RoomAction, RoomMenu } from "./RoomMenu";
import { RoomTitle } from "./RoomTitle";
import { Thumbnail } from "./Thumbnail";

export interface RoomViewProps {
  readonly rooms: readonly Room[];
  readonly now: number;
  /** The name of the room whose title is being edited. */
  readonly renaming: string | null;
  readonly rightsIn: (room: Room) => Rights;
  readonly onAction: (room: Room, action: RoomAction) => void;
  readonly onRename: (room: Room, title: string) => Promise<void>;
  readonly onRenameEnd: (room: Room) => void;
}

export function RoomCards(props: RoomViewProps) {
  return (
    <ul className="dr-room-cards" aria-label="Rooms">
      {props.rooms.map((room) => (
        <li key={room.name} className="dr-room-card" onKeyDown={(event) => onKey(event, room, props)}>
          <Thumbnail key={room.revision} room={room} />
          <div className="dr-room-card-text">
            <div className="dr-room-card-title"><Title room={room} {...props} /></div>
            <Menu room={room} {...props} />
          </div>
          <div className="dr-room-card-facts">
            <span>Changed <Changed time={room.updatedAt} now={props.now} /></span>
            <ProblemCount room={room} />
            <span className="dr-spring" />
            <PeopleHere room={room} />
          </div>
        </li>
      ))}
    </ul>
  );
}

export function RoomTable(props: RoomViewProps) {
  return (
    <div className="dr-card dr-table-card">
      <table className="dr-table dr-room-table" aria-label="Rooms">
        <thead>
          <tr>
            <th scope="col">Room</th>
            <th scope="col">Last change</th>
            <th scope="col">Revision</th>
            <th scope="col">Problems</th>
            <th scope="col">Here now</th>
            <th scope="col"><span className="dr-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {props.rooms.map((room) => (
            <tr key={room.name} onKeyDown={(event) => onKey(event, room, props)}>
              <td>
                <div className="dr-room-cell">
                  <Thumbnail key={room.revision} room={room} />
                  <div className="dr-room-card-title"><Title room={room} {...props} /></div>
                </div>
              </td>
              <td><Changed time={room.updatedAt} now={props.now} /></td>
              <td className="dr-number">r{room.revision}</td>
              <td>{room.problems === 0 ? <span className="dr-muted">none</span> : <ProblemCount room={room} />}</td>
              <td><PeopleHere room={room} /></td>
              <td className="dr-row-actions">
                <ActionIcon component="a" href={previewUrl(room.name)} target="_blank" rel="noopener" aria-label={`Open the preview of ${titleOf(room)}`} title="Open preview">
                  <Play size={14} />
                </ActionIcon>
                <Menu room={room} {...props} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type OneRoomProps = RoomViewProps & { readonly room: Room };

function Title({ room, renaming, onRename, onRenameEnd }: OneRoomProps) {
  return <RoomTitle room={room} isRenaming={renaming === room.name} onRename={(title) => onRename(room, title)} onEnd={() => onRenameEnd(room)} />;
}

function Menu({ room, rightsIn, onAction }: OneRoomProps) {
  return <RoomMenu room={room} rights={rightsIn(room)} onAction={(action) => onAction(room, action)} />;
}

/** Keys on the room's link: F2 renames, Delete deletes. */
function onKey(event: KeyboardEvent, room: Room, { rightsIn, onAction }: RoomViewProps): void {
  if (!(event.target instanceof HTMLAnchorElement) || event.target.dataset.room !== room.name) return;
  const rights = rightsIn(room);
  const action = event.key === "F2" && rights.mayRename ? "rename" : event.key === "Delete" && rights.mayDelete ? "delete" : null;
  if (action === null) return;
  event.preventDefault();
  onAction(room, action);
}
