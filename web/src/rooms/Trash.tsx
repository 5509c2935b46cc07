/** Rooms that were deleted and can still be restored. */
import { Button } from "@mantine/core";
import { Trash2, Undo2 } from "lucide-react";

import type { Room } from "../shared/api";
import { State } from "../shared/States";
import { titleOf } from "./listing";
import { Changed } from "./RoomFacts";

interface TrashProps {
  readonly rooms: readonly Room[];
  readonly now: number;
  readonly onRestore: (room: Room) => void;
}

export function Trash({ rooms, now, onRestore }: TrashProps) {
  if (rooms.length === 0) {
    return (
      <div className="dr-card">
        <State icon={Trash2} title="Nothing is in the trash">Rooms that you delete can be restored from here for 30 days.</State>
      </div>
    );
  }
  return (
    <div className="dr-card dr-table-card">
      <table className="dr-table" aria-label="Deleted rooms">
        <thead>
          <tr>
            <th scope="col">Room</th>
            <th scope="col">Deleted</th>
            <th scope="col">Gone for good</th>
            <th scope="col"><span className="dr-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {rooms.map((room) => (
            <tr key={room.name}>
              <td>
                <div className="dr-room-card-title">
                  <span className="dr-room-link" title={titleOf(room)}><bdi>{titleOf(room)}</bdi></span>
                  {titleOf(room) !== room.name && <span className="dr-room-name">{room.name}</span>}
                </div>
              </td>
              <td>{room.deletedAt !== null && <Changed time={room.deletedAt} now={now} />}</td>
              <td>{room.purgedAt !== null && <Changed time={room.purgedAt} now={now} />}</td>
              <td className="dr-row-actions">
                <Button leftSection={<Undo2 size={14} />} aria-label={`Restore ${titleOf(room)}`} onClick={() => onRestore(room)}>Restore</Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
