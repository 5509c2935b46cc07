/** Everything that can be done with one room. */
import { ActionIcon, Menu } from "@mantine/core";
import { Copy, Download, Ellipsis, Link2, Pencil, Play, Trash2, Users } from "lucide-react";
import { useRef } from "react";

import { exportUrl, previewUrl, type Room } from "../shared/api";
import { type Rights, titleOf } from "./listing";

export type RoomAction = "rename" | "duplicate" | "members" | "share" | "delete";

interface RoomMenuProps {
  readonly room: Room;
  readonly rights: Rights;
  readonly onAction: (action: RoomAction) => void;
}

export function RoomMenu({ room, rights, onAction }: RoomMenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  // Not by `returnFocus`, which would take the focus from the field that renaming has just given it to.
  const keepFocus = (): void => {
    if (document.activeElement === document.body) button.current?.focus();
  };
  const item = (action: RoomAction) => ({ onClick: () => onAction(action) });
  const icon = { size: 14 } as const;
  return (
    <Menu position="bottom-end" returnFocus={false} withInitialFocusPlaceholder={false} portalProps={{ target: "main" }} onExitTransitionEnd={keepFocus}>
      <Menu.Target>
        <ActionIcon ref={button} aria-label={`More about ${titleOf(room)}`}><Ellipsis size={15} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={previewUrl(room.name)} target="_blank" rel="noopener" leftSection={<Play {...icon} />}>Open preview</Menu.Item>
        <Menu.Divider />
        {rights.mayRename && <Menu.Item leftSection={<Pencil {...icon} />} rightSection={<kbd className="dr-key">F2</kbd>} {...item("rename")}>Rename</Menu.Item>}
        {rights.mayDuplicate && <Menu.Item leftSection={<Copy {...icon} />} {...item("duplicate")}>Duplicate…</Menu.Item>}
        <Menu.Item component="a" href={exportUrl(room.name, "json")} download leftSection={<Download {...icon} />}>Export as JSON</Menu.Item>
        <Menu.Item component="a" href={exportUrl(room.name, "yaml")} download leftSection={<Download {...icon} />}>Export as YAML</Menu.Item>
        {(rights.maySeeMembers || rights.mayManage) && <Menu.Divider />}
        {rights.maySeeMembers && <Menu.Item leftSection={<Users {...icon} />} {...item("members")}>Members…</Menu.Item>}
        {rights.mayManage && <Menu.Item leftSection={<Link2 {...icon} />} {...item("share")}>Share a link…</Menu.Item>}
        {rights.mayDelete && <Menu.Divider />}
        {rights.mayDelete && <Menu.Item color="var(--dr-danger)" leftSection={<Trash2 {...icon} />} rightSection={<kbd className="dr-key">Del</kbd>} {...item("delete")}>Delete</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
