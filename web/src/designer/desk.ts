/**
 * The designer's desk: connection, definitions and selection, shared by all its panels.
 *
 * Tree, canvas, problems and inspector have one selection and perform the same commands.
 */
import { createContext, useContext, useMemo } from "react";

import type { Registry } from "../model/registry";
import type { Snapshot } from "../model/snapshot";
import { ancestorsOf, sectionKey } from "../model/tree";
import { type LiveNode, ROOT } from "../model/types";
import { toText } from "../model/value";
import type { Room } from "../shared/api";
import { Store, useSelect } from "../shared/store";
import type { RoomConnection } from "./connection";
import type { ConnectionState, Person } from "./state";

export class Desk {
  readonly room: string;
  readonly title: string;
  readonly connection: RoomConnection;
  readonly registry: Registry;
  /** Key of the selected row: a node's id, `application` or `section:…`. */
  readonly selection = new Store<string>(ROOT);
  readonly expanded = new Store<ReadonlySet<string>>(new Set([sectionKey("pages")]));
  /** The selected node and all that it stands in: the canvas shows the tabs that lead to it. */
  readonly revealed = new Store<ReadonlySet<string>>(new Set());
  /** The page on the canvas; it stays when a data model is selected. */
  readonly page = new Store<string | null>(null);

  constructor(room: Room, connection: RoomConnection, registry: Registry) {
    this.room = room.name;
    this.title = room.title ?? "";
    this.connection = connection;
    this.registry = registry;
  }

  get snapshot(): Snapshot {
    return this.connection.model.snapshots.get();
  }

  /** Selects a row, unfolds what it stands in, shows its page, and tells the others. */
  select(key: string): void {
    const snapshot = this.snapshot;
    const path = snapshot.path(key);
    const first = path[0];
    this.revealed.set(new Set(path.map((node) => node.id)));
    if (first?.place?.[1] === "pages") this.page.set(first.id);
    const hidden = ancestorsOf(key, snapshot).filter((id) => !this.expanded.get().has(id));
    if (hidden.length > 0) this.expanded.update((expanded) => new Set([...expanded, ...hidden]));
    if (this.selection.get() !== key) this.connection.stopCapturing();
    this.selection.set(key);
    this.connection.select(snapshot.node(key) === undefined ? [] : [key]);
  }

  setExpanded(key: string, isExpanded: boolean): void {
    const next = new Set(this.expanded.get());
    if (isExpanded) next.add(key);
    else next.delete(key);
    this.expanded.set(next);
  }

  get isReadOnly(): boolean {
    return this.connection.state.get().readOnly !== null;
  }
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("a panel of the designer was rendered outside the desk");
  return desk;
}

export function useSnapshot(): Snapshot {
  return useSelect(useDesk().connection.model.snapshots, (snapshot) => snapshot);
}

/** What the application is called: by itself, else as its room. */
export function useAppName(): string {
  const desk = useDesk();
  return useSelect(desk.connection.model.snapshots, ({ application }) => toText(application.name) || desk.title || desk.room);
}

export function useConnection<S>(select: (state: ConnectionState) => S): S {
  return useSelect(useDesk().connection.state, select);
}

export function useSelection(): string {
  return useSelect(useDesk().selection, (key) => key);
}

export function useSelectedNode(): LiveNode | undefined {
  const key = useSelection();
  return useSelect(useDesk().connection.model.snapshots, (snapshot) => snapshot.node(key));
}

export function useIsReadOnly(): boolean {
  return useConnection((state) => state.readOnly !== null);
}

/** Who else has a node selected. */
export function usePeopleAt(id: string): readonly Person[] {
  const people = useSelect(useDesk().connection.people, (value) => value);
  return useMemo(() => people.filter((person) => person.selection.includes(id)), [people, id]);
}
