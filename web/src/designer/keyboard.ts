/**
 * The keys of tree and canvas, and those of the whole window, by the table of commands.
 *
 * Tree and canvas have one selection, so both answer to the same keys. While somebody writes a text,
 * its keys are the text's.
 */
import type { KeyboardEvent } from "react";

import { commandById, commandOfKey } from "./commands/list";
import { isMacPlatform, isWriting, matchesKey } from "./commands/keys";
import type { Desk } from "./desk";

/** Performs the command of a key on the selection; true if the key had one. */
export function handleKey(desk: Desk, event: KeyboardEvent): boolean {
  if (event.defaultPrevented || isWriting(event.nativeEvent)) return false;
  const command = commandOfKey(event, "model");
  if (command === undefined) return false;
  if (command.isEnabled(desk)) command.run(desk);
  return true;
}

/** Performs the command of a key that works wherever the focus is; true if the key had one. */
export function handleWindowKey(desk: Desk, event: globalThis.KeyboardEvent): boolean {
  if (event.defaultPrevented) return false;
  // A text needs its letters and its marks; chords are none, but on a Mac Alt writes marks too.
  const isChord = event.metaKey || event.ctrlKey || (event.altKey && !isMacPlatform());
  if (isWriting(event) && !isChord) return false;
  const command = commandOfKey(event, "window");
  if (command === undefined) return false;
  if (command.isEnabled(desk)) command.run(desk);
  return true;
}

/** Undo and redo of one's own work, wherever the focus is; text fields of the tool included. */
export function handleHistoryKey(desk: Desk, event: globalThis.KeyboardEvent): void {
  for (const id of ["undo", "redo"]) {
    const command = commandById(id);
    if (command === undefined || !command.keys.some((chord) => matchesKey(event, chord))) continue;
    event.preventDefault();
    command.run(desk);
  }
}
