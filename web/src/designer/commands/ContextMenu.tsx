/** The menu of the selection, by right click, Shift-F10 or the Menu key. */
import { Menu } from "@mantine/core";
import { Fragment, useMemo, useState } from "react";

import { useSelect } from "../../shared/store";
import { type Desk, useDesk } from "../desk";
import type { Command } from "./command";
import { deletedOf, wrapCommands } from "./editing";
import { isMacPlatform, keyText } from "./keys";
import { commandById } from "./list";
import { type MenuPlace, toolsOf } from "./tools";

/** What the menu offers, in groups; `…` stands for the most usual of the other wrappers. */
const LIVE: readonly (readonly string[])[] = [
  ["cut", "copy", "paste", "duplicate"],
  ["rename"],
  ["select-parent", "select-siblings"],
  ["move-up", "move-down", "move-out", "move-in"],
  ["wrap", "…", "unwrap"],
  ["lock", "unlock", "ask-for-lock", "break-lock"],
  ["delete"],
];
const DELETED: readonly (readonly string[])[] = [["restore"], ["select-siblings"]];
/** Of these only what can be done now: each is the other's opposite. */
const SITUATIONAL: ReadonlySet<string> = new Set(["lock", "unlock", "ask-for-lock", "break-lock"]);
const CLOSING_EVENTS = ["mousedown", "touchstart"];
const WRAPPERS: readonly string[] = ["wrap:Card", "wrap:Grid", "wrap:Form"];

export function ContextMenu() {
  const place = useSelect(toolsOf(useDesk()).menu, (value) => value);
  return place === null ? null : <OpenMenu key={`${place.x}/${place.y}`} place={place} />;
}

function OpenMenu({ place }: { readonly place: MenuPlace }) {
  const desk = useDesk();
  const groups = useMemo(() => groupsOf(desk), [desk]);
  const [origin] = useState(() => document.activeElement);
  // The focus goes back before the command runs, because one such as Rename moves it on from there.
  const close = (): void => {
    toolsOf(desk).menu.set(null);
    if (origin instanceof HTMLElement) origin.focus({ preventScroll: true });
  };
  const perform = (command: Command): void => {
    close();
    command.run(desk);
  };
  return (
    <Menu
      opened
      onChange={(isOpen) => { if (!isOpen) close(); }}
      position="bottom-start"
      offset={2}
      width={248}
      withinPortal={false}
      floatingStrategy="fixed"
      returnFocus={false}
      closeOnItemClick={false}
      withInitialFocusPlaceholder={false}
      // Without keys: the one that opens it is still on its way through the page.
      clickOutsideEvents={CLOSING_EVENTS}
    >
      <Menu.Target>
        <span aria-hidden style={{ position: "fixed", left: place.x, top: place.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown aria-label="Commands" aria-labelledby={undefined}>
        {groups.map((commands, index) => (
          <Fragment key={index}>
            {index > 0 && <Menu.Divider />}
            {commands.map((command) => (
              <Item key={command.id} command={command} isEnabled={command.isEnabled(desk)} onPerform={perform} />
            ))}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ItemProps {
  readonly command: Command;
  readonly isEnabled: boolean;
  readonly onPerform: (command: Command) => void;
}

function Item({ command, isEnabled, onPerform }: ItemProps) {
  const keys = command.keys[0];
  return (
    <Menu.Item
      disabled={!isEnabled}
      rightSection={keys === undefined ? undefined : <span className="dr-muted" aria-hidden>{keyText(keys, isMacPlatform())}</span>}
      onClick={() => onPerform(command)}
    >
      {command.title}
    </Menu.Item>
  );
}

// What can never be done here is not shown; what cannot be done now is, so that the menu keeps its shape.
function groupsOf(desk: Desk): readonly (readonly Command[])[] {
  const wrappers = wrapCommands(desk).filter((command) => WRAPPERS.includes(command.id) && command.isEnabled(desk));
  const groups = deletedOf(desk).length > 0 ? DELETED : LIVE;
  const isOffered = (command: Command): boolean => !SITUATIONAL.has(command.id) || command.isEnabled(desk);
  return groups.map((ids) => ids.flatMap((id) => (id === "…" ? wrappers : (commandById(id) ?? []))).filter(isOffered)).filter((group) => group.length > 0);
}
