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
import { sameItems, Store, useSelect } from "../shared/store";
import type { RoomConnection } from "./connection";
import { type ChangedProps, NO_PROPS } from "./history/compare";
import type { Person } from "./presence";
import type { ConnectionState } from "./state";

/** What the centre shows; it follows the selection. */
export type Centre =
  | { readonly kind: "canvas" }
  | { readonly kind: "model"; readonly id: string }
  | { readonly kind: "workflow"; readonly id: string };

/** What a desk needs of its connection; that of the past has no room behind it. */
export type DeskConnection = Pick<RoomConnection, keyof RoomConnection>;

export type LeftTab = "insert" | "pages" | "layers" | "models" | "workflows";
export type BottomTab = "problems" | "history";

const CANVAS: Centre = { kind: "canvas" };
const NONE: ReadonlySet<string> = new Set();

/** Which panels stand where: the desk of the past has those of now. */
export class Panels {
  readonly left = new Store<LeftTab>("layers");
  readonly isLeftOpen = new Store(true);
  readonly isRightOpen = new Store(true);
  /** The panel at the bottom that is open, or null. */
  readonly bottom = new Store<BottomTab | null>(null);
  /** The step of the first-run tour that is shown, or null. */
  readonly tour = new Store<number | null>(null);
}

export class Desk {
  readonly room: string;
  readonly title: string;
  readonly connection: DeskConnection;
  readonly registry: Registry;
  /** Whether it shows a revision of the past, in which nothing can be changed. */
  readonly isPast: boolean = false;
  readonly panels: Panels;
  /**
   * Keys of the selected rows, the primary one last: nodes' ids, or one of `application` and
   * `section:…` alone. It is never empty.
   */
  readonly selection = new Store<readonly string[]>([ROOT]);
  readonly expanded = new Store<ReadonlySet<string>>(new Set([sectionKey("pages")]));
  /** The primary node and all that it stands in: the canvas shows the tabs that lead to it. */
  readonly revealed = new Store<ReadonlySet<string>>(new Set());
  /** The page on the canvas; it stays when a data model is selected. */
  readonly page = new Store<string | null>(null);
  readonly centre = new Store<Centre>(CANVAS);
  /** The Yjs client id of the person whose view one follows, or null. */
  readonly following = new Store<number | null>(null);
  /** The nodes to mark as changed: what the revision of the past did. */
  readonly changed = new Store<ReadonlySet<string>>(NONE);
  /** Which of their properties it changed. */
  readonly changedProps = new Store<ChangedProps>(NO_PROPS);

  constructor(room: Pick<Room, "name" | "title">, connection: DeskConnection, registry: Registry, panels = new Panels()) {
    this.room = room.name;
    this.title = room.title ?? "";
    this.connection = connection;
    this.registry = registry;
    this.panels = panels;
  }

  get left(): Store<LeftTab> {
    return this.panels.left;
  }

  get isLeftOpen(): Store<boolean> {
    return this.panels.isLeftOpen;
  }

  get isRightOpen(): Store<boolean> {
    return this.panels.isRightOpen;
  }

  get bottom(): Store<BottomTab | null> {
    return this.panels.bottom;
  }

  get tour(): Store<number | null> {
    return this.panels.tour;
  }

  get snapshot(): Snapshot {
    return this.connection.model.snapshots.get();
  }

  /** The key that was selected last: what the inspector shows and commands begin from. */
  get primary(): string {
    return this.selection.get().at(-1) ?? ROOT;
  }

  /** The selected nodes that are there, those in the Trash too; none for a section. */
  get selectedNodes(): readonly LiveNode[] {
    return this.selection.get().flatMap((key) => this.snapshot.node(key) ?? []);
  }

  /** Selects one row, unfolds what it stands in, shows its page, and tells the others. */
  select(key: string): void {
    this.selectAll([key]);
  }

  /** Selects rows, the last of them as the primary one; sections stand alone. */
  selectAll(keys: readonly string[]): void {
    const key = keys.at(-1);
    if (key === undefined) return;
    const snapshot = this.snapshot;
    const nodes = keys.filter((other) => snapshot.node(other) !== undefined);
    const next = snapshot.node(key) === undefined ? [key] : [...new Set(nodes.toReversed())].reverse();
    this.reveal(key);
    const hidden = ancestorsOf(key, snapshot).filter((id) => !this.expanded.get().has(id));
    if (hidden.length > 0) this.expanded.update((expanded) => new Set([...expanded, ...hidden]));
    if (!sameItems(this.selection.get(), next)) {
      this.connection.stopCapturing();
      this.selection.set(next);
    }
    this.connection.presence.select(nodes);
  }

  /** Adds a node to the selection, or takes it out again unless it is the last one. */
  toggle(key: string): void {
    const selected = this.selection.get();
    const others = selected.filter((other) => other !== key);
    if (others.length === selected.length) this.selectAll([...selected, key]);
    else this.selectAll(others);
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

  /** Why nothing can be changed, as a sentence; empty where it can. */
  get whyReadOnly(): string {
    return this.connection.state.get().readOnly?.reason ?? "";
  }

  /**
   * Shows in the centre what a node belongs to; the selection stays.
   *
   * The application, roles and connectors have no view of their own and leave the centre as it is.
   */
  reveal(key: string): void {
    const path = this.snapshot.path(key);
    const first = path[0];
    this.revealed.set(new Set(path.map((node) => node.id)));
    switch (first?.place?.[1]) {
      case "pages":
        this.page.set(first.id);
        this.connection.presence.showPage(first.id);
        this.centre.set(CANVAS);
        return;
      case "dataModels":
        this.centre.set({ kind: "model", id: first.id });
        return;
      case "workflows":
        this.centre.set({ kind: "workflow", id: first.id });
    }
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

/** The key of the primary row of the selection. */
export function useSelection(): string {
  return useSelect(useDesk().selection, (keys) => keys.at(-1) ?? ROOT);
}

/** All keys of the selection, the primary one last. */
export function useSelectedKeys(): readonly string[] {
  return useSelect(useDesk().selection, (keys) => keys);
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
  const people = useSelect(useDesk().connection.presence.people, (value) => value);
  return useMemo(() => people.filter((person) => person.selection.includes(id)), [people, id]);
}
