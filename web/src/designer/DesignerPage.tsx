/** A room in the designer: loads what is needed, connects, and arranges the panels. */
import { Button, Skeleton } from "@mantine/core";
import { DoorOpen, ServerOff } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";

import { api, ApiError, explain, type Session } from "../shared/api";
import { go } from "../shared/router";
import { RetryButton, State } from "../shared/States";
import { useSelect } from "../shared/store";
import { loadViews } from "../library/views";
import { Registry } from "../model/registry";
import type { Json } from "../model/types";
import { TopBar } from "./bar/TopBar";
import { StatusBar } from "./bottom/StatusBar";
import { RoomConnection, socketUrl } from "./connection";
import { Desk, DeskContext, useAppName, useConnection } from "./desk";
import { Frame } from "./frame/Frame";
import { historyOf } from "./history/history";
import { PastBar } from "./history/PastBar";
import { handleHistoryKey } from "./keyboard";
import { copyName } from "./offline/copies";
import { Banner } from "./panels/Banner";
import { watchDeletions } from "./panels/gone";
import { Notices } from "./panels/Notices";
import { loadRunning } from "./runtime/useRunning";
import { Tour } from "./tour/Tour";
import { watchUndone } from "./undo/reveal";

type Loading =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: unknown }
  | { readonly state: "ready"; readonly desk: Desk; readonly session: Session };

export function DesignerPage({ room }: { readonly room: string }) {
  const [loading, setLoading] = useState<Loading>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  const carried = useRef<Json | null>(null);
  useEffect(() => {
    let isCurrent = true;
    let connection: RoomConnection | null = null;
    setLoading({ state: "loading" });
    // The session comes first: its cookie is what the other requests are let in by.
    const load = async (): Promise<void> => {
      preload();
      const session = await api.session();
      const [found, definitions] = await Promise.all([api.room(room), api.definitions(room)]);
      if (!isCurrent) return;
      const registry = new Registry(definitions);
      connection = new RoomConnection({
        url: socketUrl(window.location),
        room,
        role: found.role,
        session,
        registry,
        copy: copyName({ tenant: session.tenant, user: session.user, room, createdAt: found.createdAt }),
        carried: carried.current,
        onStale: (notes) => {
          carried.current = notes;
          setAttempt((count) => count + 1);
        },
      });
      carried.current = null;
      setLoading({ state: "ready", desk: new Desk(found, connection, registry), session });
    };
    load().catch((error: unknown) => {
      if (isCurrent) setLoading({ state: "failed", error });
    });
    return () => {
      isCurrent = false;
      connection?.destroy();
    };
  }, [room, attempt]);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  switch (loading.state) {
    case "loading":
      return <DeskSkeleton />;
    case "failed":
      return <Failure error={loading.error} room={room} onRetry={retry} />;
    case "ready":
      return (
        <DeskContext value={loading.desk}>
          <DeskView desk={loading.desk} initial={loading.session} />
        </DeskContext>
      );
  }
}

/** What nearly every room needs next: the network and the processor have little else to do meanwhile. */
function preload(): void {
  // Whoever needs them asks again and tells what failed.
  loadRunning().catch(() => undefined);
  void loadViews(["Form", "Table"]);
}

function DeskView({ desk, initial }: { readonly desk: Desk; readonly initial: Session }) {
  const [session, setSession] = useState(initial);
  const isLoaded = useConnection((state) => state.isLoaded);
  const isDenied = useConnection((state) => state.denied !== null);
  useTitle();
  useNodeInAddress(desk, isLoaded);
  useEffect(() => watchDeletions(desk), [desk]);
  useEffect(() => watchUndone(desk), [desk]);
  const history = historyOf(desk);
  useEffect(() => history.watch(), [history]);
  const shown = useSelect(history.desk, (value) => value);
  useUnsentWarning(desk);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => handleHistoryKey(shown, event);
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [shown]);
  const rename = (next: Session): void => {
    setSession(next);
    desk.connection.presence.introduce(next);
  };
  return (
    <div className="dr-desk" data-past={shown.isPast || undefined}>
      <TopBar session={session} onSession={rename} />
      <Banner />
      <PastBar />
      <main>{isLoaded ? <DeskContext value={shown}><Frame now={desk} /></DeskContext> : !isDenied && <PanelsSkeleton />}</main>
      <StatusBar />
      <Notices />
      <Tour />
    </div>
  );
}

/** Selects the node that the address names (`#node=…`): the preview's links lead to one. */
function useNodeInAddress(desk: Desk, isLoaded: boolean): void {
  useEffect(() => {
    if (!isLoaded) return;
    const follow = (): void => {
      const node = new URLSearchParams(window.location.hash.slice(1)).get("node");
      if (node !== null && desk.snapshot.isLive(node)) desk.select(node);
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [desk, isLoaded]);
}

/** Asks before the window is closed, where this browser keeps no copy of what waits. */
function useUnsentWarning(desk: Desk): void {
  const isKept = useConnection((state) => state.isKept);
  useEffect(() => {
    if (isKept) return undefined;
    const warn = (event: BeforeUnloadEvent): void => {
      if (desk.connection.journal.waiting.get().length > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [desk, isKept]);
}

function useTitle(): void {
  const name = useAppName();
  useEffect(() => {
    document.title = `${name} · Design Rooms`;
  }, [name]);
}

function Failure({ error, room, onRetry }: { readonly error: unknown; readonly room: string; readonly onRetry: () => void }) {
  const isMissing = error instanceof ApiError && error.status === 404;
  return (
    <main className="dr-page">
      <State
        icon={isMissing ? DoorOpen : ServerOff}
        title={isMissing ? `There is no room called ${room}` : "The room could not be opened"}
        role="alert"
        isWholePage
        actions={isMissing ? <Button variant="filled" onClick={() => go("/")}>All rooms</Button> : <RetryButton onRetry={onRetry} />}
      >
        {isMissing ? "It may have been renamed, or the address has a slip of the pen." : explain(error)}
      </State>
    </main>
  );
}

function DeskSkeleton() {
  return (
    <div className="dr-desk" role="status" aria-label="Opening the room">
      <header className="dr-bar"><Skeleton width={220} height={14} /></header>
      <PanelsSkeleton />
    </div>
  );
}

function PanelsSkeleton() {
  const rows = Array.from({ length: 9 }, (_, index) => <Skeleton key={index} height={12} mb={16} width={`${90 - (index % 4) * 14}%`} />);
  return (
    <div className="dr-panels">
      <div className="dr-panel dr-left dr-skeleton">{rows}</div>
      <div className="dr-centre dr-skeleton"><Skeleton height={260} radius="md" /></div>
      <div className="dr-panel dr-right dr-skeleton">{rows}</div>
    </div>
  );
}
