/**
 * Goes to what was undone or redone: its page or model, with what was worked on selected and lit up.
 *
 * It also ends the gathering of a step where the focus moves: who leaves a field has done something.
 */
import { type Desk } from "../desk";
import { sameItems } from "../../shared/store";
import { changesAt, type Place, rowsAt } from "./places";

/** Watches until the returned function is called. */
export function watchUndone(desk: Desk): () => void {
  const { connection } = desk;
  const end = (): void => connection.stopCapturing();
  const stop = connection.undone.subscribe(() => {
    const undone = connection.undone.get();
    if (undone !== null) goTo(desk, undone.places);
  });
  document.addEventListener("focusin", end);
  document.addEventListener("focusout", end);
  return () => {
    stop();
    document.removeEventListener("focusin", end);
    document.removeEventListener("focusout", end);
  };
}

function goTo(desk: Desk, places: readonly Place[]): void {
  const rows = rowsAt(desk.snapshot, places);
  const last = rows.at(-1);
  if (last === undefined) return;
  const { remote } = desk.connection.model;
  const isThere = sameItems(desk.selection.get(), rows);
  // Fields that are shown compare with what they showed, so they are told before they are drawn anew.
  remote.set(changesAt(places));
  if (isThere) {
    desk.reveal(last);
    return;
  }
  desk.selectAll(rows);
  // What is selected by this is lit up as soon as it is drawn; and the keys go on where the eye is.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    remote.set(changesAt(places));
    if (document.activeElement === document.body) document.querySelector<HTMLElement>(".dr-canvas, .dr-left .dr-tree")?.focus({ preventScroll: true });
  }));
}
