/** A command: what can be done, by which keys, and when. Menu, finder, keyboard and key list read it. */
import type { Desk } from "../desk";

export type CommandGroup = "Edit" | "Select" | "Arrange" | "View" | "Go to" | "Help";

/**
 * Where the keys of a command work: in tree and canvas, or in the whole window. Undo and redo are
 * listened for by the desk itself, because they work in text fields too, and the clipboard's keys are
 * the browser's own.
 */
export type KeyScope = "model" | "window" | "history" | "clipboard";

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** The chords, the first of which is shown in menus. */
  readonly keys: readonly string[];
  readonly scope: KeyScope;
  /** Whether the finder offers it; walking by arrows is only a matter of keys. */
  readonly isListed: boolean;
  readonly isEnabled: (desk: Desk) => boolean;
  readonly run: (desk: Desk) => void;
}

type Given = Pick<Command, "id" | "title" | "run"> & Partial<Command>;

const ALWAYS = (): boolean => true;

/** The commands of one group with what goes without saying. */
export function group(name: CommandGroup, commands: readonly Given[]): readonly Command[] {
  return commands.map((command) => ({ group: name, keys: [], scope: "model", isListed: true, isEnabled: ALWAYS, ...command }));
}
