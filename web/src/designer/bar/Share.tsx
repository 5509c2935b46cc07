/** Who may come into the room: links and members, as on the page of rooms. */
import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { Link2, Share2, Users } from "lucide-react";
import { useEffect, useState } from "react";

import { api, type Room } from "../../shared/api";
import { rightsIn, type Rights } from "../../rooms/listing";
import { MembersDialog } from "../../rooms/MembersDialog";
import { ShareDialog } from "../../rooms/ShareDialog";
import { useDesk } from "../desk";

interface Sharing {
  readonly room: Room;
  readonly isLocal: boolean;
  readonly rights: Rights;
}

export function Share() {
  const { room: name } = useDesk();
  const [sharing, setSharing] = useState<Sharing | null>(null);
  const [dialog, setDialog] = useState<"share" | "members" | null>(null);
  useEffect(() => {
    let isCurrent = true;
    // The list of rooms says in which mode the server is; without an answer nothing is offered.
    api.rooms().then((list) => {
      const room = list.rooms.find((one) => one.name === name);
      if (isCurrent && room !== undefined) setSharing({ room, isLocal: list.mode === "local", rights: rightsIn(room.role, list) });
    }, () => undefined);
    return () => {
      isCurrent = false;
    };
  }, [name]);
  if (sharing === null || !sharing.rights.maySeeMembers) return null;
  const { room, isLocal, rights } = sharing;
  const close = (): void => setDialog(null);
  return (
    <>
      {rights.mayManage ? (
        <Menu position="bottom-end">
          <Menu.Target><Button variant="subtle" color="gray" leftSection={<Share2 size={13} />}>Share</Button></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Link2 size={14} />} onClick={() => setDialog("share")}>Share a link…</Menu.Item>
            <Menu.Item leftSection={<Users size={14} />} onClick={() => setDialog("members")}>Members…</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : (
        <Tooltip label="Members"><ActionIcon aria-label="Members" onClick={() => setDialog("members")}><Users size={15} /></ActionIcon></Tooltip>
      )}
      <MembersDialog room={dialog === "members" ? room : null} isLocal={isLocal} onClose={close} />
      <ShareDialog room={dialog === "share" ? room : null} isLocal={isLocal} onClose={close} />
    </>
  );
}
