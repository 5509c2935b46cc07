/** What the page shows of the rooms, in each of its states. */
import { Alert, Button, Skeleton } from "@mantine/core";
import { LayoutTemplate, SearchX, ServerOff } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { explain, type Room } from "../shared/api";
import { RetryButton, State } from "../shared/States";
import { findRooms, rightsIn, SORTS, sortRooms } from "./listing";
import { More, useGrowing } from "./More";
import { useChoice } from "./preferences";
import { RoomCards, RoomTable, type RoomViewProps } from "./RoomViews";
import { Toolbar, type View } from "./Toolbar";
import { Trash } from "./Trash";
import type { Loading, Ready } from "./useRooms";

const VIEWS: readonly View[] = ["cards", "list"];

interface RoomsBodyProps extends Pick<RoomViewProps, "renaming" | "onAction" | "onRename" | "onRenameEnd"> {
  readonly loading: Loading;
  readonly isTrash: boolean;
  readonly onRetry: () => void;
  readonly onNew: () => void;
  readonly onRestore: (room: Room) => void;
}

export function RoomsBody(props: RoomsBodyProps) {
  const { loading, isTrash, onRetry, onRestore } = props;
  const now = useNow(loading);
  if (loading.state === "loading") return <LoadingCards />;
  if (loading.state === "failed") {
    return (
      <div className="dr-card">
        <State icon={ServerOff} title="The rooms could not be loaded" role="alert" actions={<RetryButton onRetry={onRetry} />}>
          {explain(loading.error)}
        </State>
      </div>
    );
  }
  const content = isTrash
    ? (loading.trash === null ? <LoadingCards /> : <Trash rooms={loading.trash} now={now} onRestore={onRestore} />)
    : <AllRooms {...props} ready={loading} now={now} />;
  return (
    <>
      {loading.failure !== null && (
        <Alert className="dr-stale" color="yellow" icon={<ServerOff size={16} />} role="status">
          {explain(loading.failure)} What is shown may be old.
        </Alert>
      )}
      {content}
    </>
  );
}

function AllRooms({ ready, now, onNew, ...props }: RoomsBodyProps & { readonly ready: Ready; readonly now: number }) {
  const { list } = ready;
  const [search, setSearch] = useState("");
  const [sort, setSort] = useChoice("design-rooms sort", SORTS.map(({ value }) => value));
  const [view, setView] = useChoice("design-rooms view", VIEWS);
  const field = useRef<HTMLInputElement>(null);
  useSearchKey(field);
  const { limit, onMore } = useGrowing(`${search} ${sort} ${view}`);
  if (list.rooms.length === 0) return <NoRooms mayCreate={list.mayCreate} onNew={onNew} />;
  const found = sortRooms(findRooms(list.rooms, search), sort);
  const Rooms = view === "cards" ? RoomCards : RoomTable;
  return (
    <>
      <Toolbar field={field} search={search} onSearch={setSearch} sort={sort} onSort={setSort} view={view} onView={setView} />
      <p className="dr-hidden" role="status">{search === "" ? "" : `${found.length} of ${list.rooms.length} rooms found`}</p>
      {found.length > 0
        ? <Rooms rooms={found.slice(0, limit)} now={now} rightsIn={(room) => rightsIn(room.role, list)} {...props} />
        : (
          <div className="dr-card">
            <State icon={SearchX} title="No room is called that" actions={<Button onClick={() => setSearch("")}>Show all rooms</Button>}>
              None of the {list.rooms.length} rooms has “{search.trim()}” in its title or name.
            </State>
          </div>
        )}
      {found.length > limit && <More left={found.length - limit} onMore={onMore} />}
    </>
  );
}

function NoRooms({ mayCreate, onNew }: { readonly mayCreate: boolean; readonly onNew: () => void }) {
  let text: ReactNode = "In a room you and others design one application together, live: its pages, data and workflows. Begin with an empty room, or import a model from a JSON or YAML file.";
  if (!mayCreate) text = "Nobody has let you into a room yet. Ask its owner to add you as a member, or for a link.";
  return (
    <div className="dr-card">
      <State icon={LayoutTemplate} title="No rooms yet" actions={mayCreate && <Button onClick={onNew}>Make the first room</Button>}>{text}</State>
    </div>
  );
}

function LoadingCards() {
  return (
    <div className="dr-room-cards" role="status" aria-label="Loading the rooms">
      {[62, 48, 70, 55].map((width) => (
        <div key={width} className="dr-room-card">
          <Skeleton className="dr-thumbnail" radius={0} />
          <div className="dr-room-card-text"><Skeleton height={12} my={6} width={`${width}%`} /></div>
          <div className="dr-room-card-facts"><Skeleton height={10} width="35%" /></div>
        </div>
      ))}
    </div>
  );
}

/** The time at the last answer: what is shown beside it must not disagree between two rooms. */
function useNow(loading: Loading): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => setNow(Date.now()), [loading]);
  return now;
}

/** “/” leads to the search, unless somebody is writing one. */
function useSearchKey(field: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isWriting = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
      const isInDialog = document.querySelector("[role=dialog]") !== null;
      if (event.key !== "/" || event.metaKey || event.ctrlKey || event.altKey || isWriting || isInDialog) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [field]);
}
