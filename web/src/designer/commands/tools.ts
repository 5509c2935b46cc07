/** What commands keep beside the desk: the dialogs they open, the row being renamed, a range's anchor. */
import { Store } from "../../shared/store";
import type { Desk } from "../desk";

export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

export interface ZoomControls {
  readonly setZoom: (zoom: number) => void;
  readonly stepZoom: (step: -1 | 1) => void;
  /** Zooms until the page's whole width is seen. */
  readonly fit: () => void;
}

export interface Tools {
  readonly isFinderOpen: Store<boolean>;
  readonly isShortcutsOpen: Store<boolean>;
  /** Where the context menu is open, in pixels of the window. */
  readonly menu: Store<MenuPlace | null>;
  /** The node whose name is being edited in place. */
  readonly renaming: Store<string | null>;
  /** The row that a range was begun at. */
  readonly anchor: Store<string | null>;
  /** Turns the theme from light to dark and back; null until the desk is drawn. */
  readonly toggleTheme: Store<(() => void) | null>;
  /** What zooms the canvas; null while there is none. */
  readonly zoom: Store<ZoomControls | null>;
  /** When a node was seen to go into the Trash, by its id, in milliseconds. */
  readonly deletedAt: Store<ReadonlyMap<string, number>>;
}

// One set for each desk; it goes with the desk, which a map by desk would keep.
const TOOLS = new WeakMap<Desk, Tools>();

export function toolsOf(desk: Desk): Tools {
  const found = TOOLS.get(desk) ?? newTools();
  TOOLS.set(desk, found);
  return found;
}

/** A desk of the past opens the dialogs of the desk of now; what it names and marks is its own. */
export function lendTools(from: Desk, to: Desk): void {
  const { isFinderOpen, isShortcutsOpen, toggleTheme } = toolsOf(from);
  TOOLS.set(to, { ...newTools(), isFinderOpen, isShortcutsOpen, toggleTheme });
}

function newTools(): Tools {
  return {
    isFinderOpen: new Store(false),
    isShortcutsOpen: new Store(false),
    menu: new Store<MenuPlace | null>(null),
    renaming: new Store<string | null>(null),
    anchor: new Store<string | null>(null),
    toggleTheme: new Store<(() => void) | null>(null),
    zoom: new Store<ZoomControls | null>(null),
    deletedAt: new Store<ReadonlyMap<string, number>>(new Map()),
  };
}
