/** Saves the document that this browser holds as a file, for when the server will not take it. */
import type { Desk } from "../desk";

/** How long the file's address is kept for the browser to read it, in milliseconds. */
const READING_MS = 10_000;

/** The live form as it stands here: nothing is left out, not even what the server refuses. */
export function download(desk: Desk): void {
  const { doc, journal } = desk.connection;
  const copy = {
    room: desk.room,
    savedAt: new Date().toISOString(),
    waiting: journal.waiting.get(),
    application: doc.getMap("application").toJSON(),
    nodes: doc.getMap("nodes").toJSON(),
  };
  const url = URL.createObjectURL(new Blob([JSON.stringify(copy, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${desk.room}-my-copy.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READING_MS);
}
