/** All rooms of the tenant: find one, make one, bring one from a file, and look after them. */
import { Button } from "@mantine/core";
import { FileUp, Plus } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";

import { groupDigits } from "../designer/bar/digits";
import { api, explain, type Room } from "../shared/api";
import { Logo } from "../shared/Logo";
import { ThemeToggle } from "../shared/ThemeToggle";
import { Account } from "./Account";
import { DuplicateDialog } from "./DuplicateDialog";
import { ImportDialog } from "./ImportDialog";
import { titleOf } from "./listing";
import { MembersDialog } from "./MembersDialog";
import { NewRoomDialog } from "./NewRoomDialog";
import type { RoomAction } from "./RoomMenu";
import { RoomsBody } from "./RoomsBody";
import "./rooms.css";
import { ShareDialog } from "./ShareDialog";
import { Toast, type ToastContent } from "./Toast";
import { useRooms } from "./useRooms";
import { useTrash } from "./useTrash";

type Dialog = { readonly kind: "new" | "import" } | { readonly kind: "duplicate" | "members" | "share"; readonly room: Room };

export function RoomsPage() {
  const isTrash = useTrash();
  const { loading, reload } = useRooms(isTrash);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [toast, setToast] = useState<ToastContent | null>(null);
  const closeToast = useCallback(() => setToast(null), []);
  const closeDialog = (): void => {
    setDialog(null);
    if (dialog !== null && "room" in dialog) focusRoom(dialog.room.name);
  };
  useEffect(() => {
    document.title = isTrash ? "Trash · Design Rooms" : "Design Rooms";
  }, [isTrash]);
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      setToast({ text: explain(error), tone: "danger" });
      return false;
    } finally {
      await reload();
    }
  };
  const restore = async (room: Room): Promise<void> => {
    if (!(await attempt(() => api.restoreRoom(room.name)))) return;
    setToast({ text: `“${titleOf(room)}” is back.` });
    if (!isTrash) focusRoom(room.name);
  };
  const remove = async (room: Room): Promise<void> => {
    const next = neighbourOf(room.name);
    if (!(await attempt(() => api.deleteRoom(room.name)))) return;
    setToast({ text: `“${titleOf(room)}” is in the trash.`, onUndo: () => void restore(room) });
    focusRoom(next);
  };
  const act = (room: Room, action: RoomAction): void => {
    if (action === "rename") setRenaming(room.name);
    else if (action === "delete") void remove(room);
    else setDialog({ kind: action, room });
  };
  useUndoKey(toast?.onUndo);
  const ready = loading.state === "ready" ? loading : null;
  const isLocal = ready?.list.mode === "local";
  const mayCreate = ready?.list.mayCreate ?? false;
  const roomOf = (kind: Dialog["kind"]): Room | null => (dialog?.kind === kind && "room" in dialog ? dialog.room : null);
  return (
    <div className="dr-rooms">
      <header className="dr-bar">
        <Logo />
        <span className="dr-app-name">Design Rooms</span>
        <span className="dr-spring" />
        <ThemeToggle />
        {ready !== null && <Account session={ready.session} isLocal={isLocal} />}
      </header>
      <main className="dr-rooms-page">
        <div className="dr-page-head">
          <h1>Rooms</h1>
          <nav className="dr-tabs" aria-label="Rooms and trash">
            <a href="#" aria-current={isTrash ? undefined : "page"}>All rooms{ready !== null && <span className="dr-count">{groupDigits(ready.list.rooms.length)}</span>}</a>
            <a href="#trash" aria-current={isTrash ? "page" : undefined}>Trash</a>
          </nav>
          <span className="dr-spring" />
          {mayCreate && (
            <>
              <Button leftSection={<FileUp size={14} />} onClick={() => setDialog({ kind: "import" })}>Import file</Button>
              <Button variant="filled" leftSection={<Plus size={14} />} onClick={() => setDialog({ kind: "new" })}>New room</Button>
            </>
          )}
        </div>
        <RoomsBody
          loading={loading}
          isTrash={isTrash}
          renaming={renaming}
          onRetry={() => void reload()}
          onNew={() => setDialog({ kind: "new" })}
          onAction={act}
          onRename={async (room, title) => {
            await api.renameRoom(room.name, title);
            await reload();
          }}
          onRenameEnd={(room) => {
            setRenaming(null);
            focusRoom(room.name);
          }}
          onRestore={(room) => void restore(room)}
        />
      </main>
      <NewRoomDialog isOpen={dialog?.kind === "new"} onClose={closeDialog} onImport={() => setDialog({ kind: "import" })} />
      <ImportDialog isOpen={dialog?.kind === "import"} onClose={closeDialog} onImported={() => void reload()} />
      <DuplicateDialog
        room={roomOf("duplicate")}
        rooms={ready?.list.rooms ?? []}
        onClose={closeDialog}
        onMade={(room) => {
          setDialog(null);
          setToast({ text: `“${titleOf(room)}” is a copy with the same model.` });
          void reload().then(() => focusRoom(room.name));
        }}
      />
      <MembersDialog room={roomOf("members")} isLocal={isLocal} onClose={closeDialog} />
      <ShareDialog room={roomOf("share")} isLocal={isLocal} onClose={closeDialog} />
      <Toast content={toast} onClose={closeToast} />
    </div>
  );
}

/** While something can be undone, the usual keys undo it, except where they undo typing. */
function useUndoKey(onUndo: (() => void) | undefined): void {
  const latest = useRef(onUndo);
  useEffect(() => {
    latest.current = onUndo;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isUndo = (event.metaKey || event.ctrlKey) && !event.shiftKey && event.key.toLowerCase() === "z";
      const isTyping = event.target instanceof HTMLInputElement;
      if (!isUndo || isTyping || latest.current === undefined) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

function linkOf(name: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`a[data-room="${CSS.escape(name)}"]`);
}

/** The room after the given one in the list as it is shown, or the one before the last. */
function neighbourOf(name: string): string | null {
  const links = [...document.querySelectorAll<HTMLElement>("a[data-room]")];
  const index = links.findIndex((link) => link.dataset.room === name);
  return (links[index + 1] ?? links[index - 1])?.dataset.room ?? null;
}

/** Whoever works by keyboard goes on where they were; the room may be drawn some frames from now. */
function focusRoom(name: string | null, frames = 60): void {
  if (name === null || frames === 0) return;
  requestAnimationFrame(() => {
    const link = linkOf(name);
    if (link === null) focusRoom(name, frames - 1);
    else link.focus();
  });
}
