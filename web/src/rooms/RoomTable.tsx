/** The list of rooms, the one changed last first. */
import { ActionIcon, Menu } from "@mantine/core";
import { Download, Ellipsis, Play, Users } from "lucide-react";

import { compareCodeUnits } from "../model/value";
import { designerUrl, exportUrl, previewUrl, type Room } from "../shared/api";
import { RouteLink } from "../shared/router";
import { ago } from "./ago";

export function RoomTable({ rooms }: { readonly rooms: readonly Room[] }) {
  const sorted = rooms.toSorted((a, b) => compareCodeUnits(b.updatedAt, a.updatedAt) || compareCodeUnits(a.name, b.name));
  const now = Date.now();
  return (
    <div className="dr-card dr-table-card">
      <table className="dr-table" aria-label="Rooms">
        <thead>
          <tr>
            <th scope="col">Room</th>
            <th scope="col">Revision</th>
            <th scope="col">Updated</th>
            <th scope="col">People</th>
            <th scope="col"><span className="dr-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((room) => <RoomRow key={room.name} room={room} now={now} />)}
        </tbody>
      </table>
    </div>
  );
}

function RoomRow({ room, now }: { readonly room: Room; readonly now: number }) {
  const title = room.title === null || room.title === "" ? room.name : room.title;
  return (
    <tr>
      <td>
        <RouteLink to={designerUrl(room.name)} className="dr-room-link" dir="auto">{title}</RouteLink>
        {title !== room.name && <span className="dr-muted dr-room-name">{room.name}</span>}
      </td>
      <td className="dr-number">r{room.revision}</td>
      <td><time dateTime={room.updatedAt} title={new Date(room.updatedAt).toLocaleString()}>{ago(room.updatedAt, now)}</time></td>
      <td>{room.people > 0 ? <span className="dr-present"><Users size={13} aria-hidden /> {room.people} here now</span> : <span className="dr-muted">–</span>}</td>
      <td className="dr-row-actions">
        <ActionIcon component="a" href={previewUrl(room.name)} target="_blank" rel="noopener" aria-label={`Preview ${room.name}`} title="Preview">
          <Play size={14} />
        </ActionIcon>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={`More about ${room.name}`}><Ellipsis size={14} /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={exportUrl(room.name, "json")} download leftSection={<Download size={14} />}>Export JSON</Menu.Item>
            <Menu.Item component="a" href={exportUrl(room.name, "yaml")} download leftSection={<Download size={14} />}>Export YAML</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </td>
    </tr>
  );
}
