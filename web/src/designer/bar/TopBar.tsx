/** The top bar: where one is, whether it is saved, who is here, and the way to the preview. */
import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { ChevronDown, Download, Play, Redo2, Undo2 } from "lucide-react";

import { exportUrl, previewUrl, type Session } from "../../shared/api";
import { RouteLink } from "../../shared/router";
import { ThemeToggle } from "../../shared/ThemeToggle";
import { Logo } from "../../shared/Logo";
import { useSelect } from "../../shared/store";
import { toText } from "../../model/value";
import { useAppName, useConnection, useDesk, useIsReadOnly, useSnapshot } from "../desk";
import { groupDigits } from "./digits";
import { People } from "./People";
import { SaveMark } from "./SaveMark";

export function TopBar({ session, onSession }: { readonly session: Session; readonly onSession: (session: Session) => void }) {
  const desk = useDesk();
  const { application } = useSnapshot();
  const revision = useConnection((state) => state.revision);
  const name = useAppName();
  return (
    <header className="dr-bar">
      <RouteLink to="/" className="dr-home" aria-label="All rooms"><Logo /></RouteLink>
      <h1 className="dr-app-name dr-ellipsis" dir="auto" title={name}>{name}</h1>
      {name !== desk.room && <span className="dr-muted dr-ellipsis">{desk.room}</span>}
      {toText(application.version) !== "" && <span className="dr-muted">v{toText(application.version)}</span>}
      <SaveMark />
      {revision !== null && (
        <span className="dr-revision" data-testid="revision" title="The newest stored revision">r{groupDigits(revision)}</span>
      )}
      <span className="dr-spring" />
      <History />
      <ThemeToggle />
      <People session={session} onSession={onSession} />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="subtle" color="gray" rightSection={<ChevronDown size={12} />}>Export</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={exportUrl(desk.room, "json")} download leftSection={<Download size={14} />}>JSON</Menu.Item>
          <Menu.Item component="a" href={exportUrl(desk.room, "yaml")} download leftSection={<Download size={14} />}>YAML</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button component="a" href={previewUrl(desk.room)} target="_blank" rel="noopener" variant="filled" leftSection={<Play size={13} />}>
        Preview
      </Button>
    </header>
  );
}

function History() {
  const { connection } = useDesk();
  const { canUndo, canRedo } = useSelect(connection.history, (value) => value);
  const isReadOnly = useIsReadOnly();
  return (
    <>
      <Tooltip label="Undo my last change (Ctrl Z)">
        <ActionIcon aria-label="Undo" disabled={!canUndo || isReadOnly} onClick={() => connection.undo()}><Undo2 size={15} /></ActionIcon>
      </Tooltip>
      <Tooltip label="Redo (Ctrl Shift Z)">
        <ActionIcon aria-label="Redo" disabled={!canRedo || isReadOnly} onClick={() => connection.redo()}><Redo2 size={15} /></ActionIcon>
      </Tooltip>
    </>
  );
}
