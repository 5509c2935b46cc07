/** The top bar: where one is, whether it is saved, who is here, and the way to the preview. */
import "./bar.css";

import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { ChevronDown, CircleHelp, Download, Play } from "lucide-react";

import { exportUrl, previewUrl, type Session } from "../../shared/api";
import { RouteLink } from "../../shared/router";
import { ThemeToggle } from "../../shared/ThemeToggle";
import { Logo } from "../../shared/Logo";
import { useSelect } from "../../shared/store";
import { toText } from "../../model/value";
import { toolsOf } from "../commands/tools";
import { useAppName, useConnection, useDesk } from "../desk";
import { UndoButtons } from "../undo/UndoButtons";
import { groupDigits } from "./digits";
import { People } from "./People";
import { SaveMark } from "./SaveMark";
import { Share } from "./Share";

export function TopBar({ session, onSession }: { readonly session: Session; readonly onSession: (session: Session) => void }) {
  const desk = useDesk();
  const version = useSelect(desk.connection.model.snapshots, ({ application }) => toText(application.version));
  const name = useAppName();
  return (
    <header className="dr-bar">
      <RouteLink to="/" className="dr-home" aria-label="All rooms"><Logo /></RouteLink>
      <h1 className="dr-app-name dr-ellipsis" dir="auto" title={name}>{name}</h1>
      {name !== desk.room && <span className="dr-bar-room dr-muted dr-ellipsis" title={desk.room}>{desk.room}</span>}
      {version !== "" && <span className="dr-bar-version dr-muted dr-ellipsis" title={`Version ${version}`}>v{version}</span>}
      <SaveMark />
      <Revision />
      <span className="dr-spring" />
      <UndoButtons />
      <span className="dr-bar-group">
        <ThemeToggle />
        <Tooltip label="Keyboard shortcuts (?)">
          <ActionIcon aria-label="Keyboard shortcuts" onClick={() => toolsOf(desk).isShortcutsOpen.set(true)}><CircleHelp size={15} /></ActionIcon>
        </Tooltip>
      </span>
      <People session={session} onSession={onSession} />
      <Share />
      <Export />
      <Button component="a" href={previewUrl(desk.room)} target="_blank" rel="noopener" variant="filled" leftSection={<Play size={13} />}>
        Preview
      </Button>
    </header>
  );
}

/** It counts with each edit, and the rest of the bar does not. */
function Revision() {
  const revision = useConnection((state) => state.revision);
  return revision === null ? null : <span className="dr-revision" data-testid="revision" title="The newest stored revision">r{groupDigits(revision)}</span>;
}

function Export() {
  const { room } = useDesk();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" color="gray" rightSection={<ChevronDown size={12} />}>Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={exportUrl(room, "json")} download leftSection={<Download size={14} />}>JSON</Menu.Item>
        <Menu.Item component="a" href={exportUrl(room, "yaml")} download leftSection={<Download size={14} />}>YAML</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
