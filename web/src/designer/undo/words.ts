/** What a step does, as the buttons say it: “Undo: rename Orders”. */

const IMPERATIVES: Readonly<Record<string, string>> = {
  Added: "add", Changed: "change", Deleted: "delete", Moved: "move", Renamed: "rename", Reset: "reset", Restored: "restore",
};

/** A sentence of what was done, as one of what to do: `Renamed Page` → `rename Page`. */
export function asTask(words: string): string {
  const [first = "", ...rest] = words.split(" ");
  return [IMPERATIVES[first] ?? first, ...rest].join(" ");
}

/** What the button of undo or redo is called. */
export function stepLabel(verb: "Undo" | "Redo", words: string, keys: string): string {
  return words === "" ? `${verb} my last change (${keys})` : `${verb}: ${asTask(words)} (${keys})`;
}
