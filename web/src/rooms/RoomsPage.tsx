/** All rooms of the tenant: open one, make one, bring one from a file. */
import { Button, Skeleton } from "@mantine/core";
import { FileUp, LayoutTemplate, Plus, ServerOff } from "lucide-react";
import { useCallback, useEffect, useState } from "react";

import { api, explain, type Room } from "../shared/api";
import { Logo } from "../shared/Logo";
import { RetryButton, State } from "../shared/States";
import { ThemeToggle } from "../shared/ThemeToggle";
import { ImportDialog } from "./ImportDialog";
import { NewRoomDialog } from "./NewRoomDialog";
import { RoomTable } from "./RoomTable";

type Loading =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: unknown }
  | { readonly state: "ready"; readonly rooms: readonly Room[] };

export function RoomsPage() {
  const [loading, setLoading] = useState<Loading>({ state: "loading" });
  const [dialog, setDialog] = useState<"new" | "import" | null>(null);
  const load = useCallback(async (): Promise<void> => {
    try {
      await api.session();
      setLoading({ state: "ready", rooms: await api.rooms() });
    } catch (error) {
      setLoading({ state: "failed", error });
    }
  }, []);
  useEffect(() => {
    document.title = "Design Rooms";
    void load();
    // Coming back to the window is when one wants to see what has changed meanwhile.
    const refresh = (): void => void load();
    window.addEventListener("focus", refresh);
    return () => window.removeEventListener("focus", refresh);
  }, [load]);
  const actions = (
    <>
      <Button leftSection={<FileUp size={14} />} onClick={() => setDialog("import")}>Import file</Button>
      <Button variant="filled" leftSection={<Plus size={14} />} onClick={() => setDialog("new")}>New room</Button>
    </>
  );
  return (
    <div className="dr-rooms">
      <header className="dr-bar">
        <Logo />
        <span className="dr-app-name">Design Rooms</span>
        <span className="dr-spring" />
        <ThemeToggle />
      </header>
      <main className="dr-page">
        <div className="dr-page-head">
          <h1>Rooms</h1>
          <span className="dr-spring" />
          {actions}
        </div>
        <Body loading={loading} onRetry={() => void load()} onNew={() => setDialog("new")} />
      </main>
      <NewRoomDialog isOpen={dialog === "new"} onClose={() => setDialog(null)} />
      <ImportDialog isOpen={dialog === "import"} onClose={() => setDialog(null)} onImported={() => void load()} />
    </div>
  );
}

interface BodyProps {
  readonly loading: Loading;
  readonly onRetry: () => void;
  readonly onNew: () => void;
}

function Body({ loading, onRetry, onNew }: BodyProps) {
  switch (loading.state) {
    case "loading":
      return (
        <div className="dr-card dr-skeleton" role="status" aria-label="Loading the rooms">
          {[70, 55, 62, 48].map((width) => <Skeleton key={width} height={12} mb={20} width={`${width}%`} />)}
        </div>
      );
    case "failed":
      return (
        <div className="dr-card">
          <State icon={ServerOff} title="The rooms could not be loaded" role="alert" actions={<RetryButton onRetry={onRetry} />}>
            {explain(loading.error)}
          </State>
        </div>
      );
    case "ready":
      if (loading.rooms.length > 0) return <RoomTable rooms={loading.rooms} />;
      return (
        <div className="dr-card">
          <State icon={LayoutTemplate} title="No rooms yet" actions={<Button onClick={onNew}>Make the first room</Button>}>
            In a room you and others design one application together, live: its pages, data and workflows. Begin with an empty room, or import a model from a JSON or YAML file.
          </State>
        </div>
      );
  }
}
