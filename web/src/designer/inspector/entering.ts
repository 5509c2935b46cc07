/** Where the focus goes in a list of entries: into the one that was added, and on when one is removed. */
import { useCallback, useEffect, useState } from "react";

/** The head of an entry, from which Tab leads into its fields; a list of choices would open at once. */
const ENTRANCES = [".dr-list-toggle", "input, textarea, .cm-content"];

interface Entering {
  /** Goes into an entry as soon as it is drawn. */
  readonly enter: (entry: string) => void;
  /** Whether an entry was just added: then nothing else may take the focus back. */
  readonly isEntering: boolean;
  readonly rest: () => void;
}

/** `list`: the id of the list's element. */
export function useEntering(list: string): Entering {
  const [entry, setEntry] = useState<string | null>(null);
  useEffect(() => {
    if (entry === null) return;
    const row = document.getElementById(list)?.querySelector(`[data-entry="${CSS.escape(entry)}"]`);
    const found = ENTRANCES.flatMap((selector) => row?.querySelector<HTMLElement>(selector) ?? []);
    found[0]?.focus();
  }, [list, entry]);
  return { enter: setEntry, isEntering: entry !== null, rest: useCallback(() => setEntry(null), []) };
}

/** To be called when an entry goes that has the focus: what adds the next one gets it. */
export function leaveEntry(list: string): void {
  requestAnimationFrame(() => document.getElementById(list)?.querySelector<HTMLElement>(":scope > .dr-add-row, :scope > * > .dr-add-row")?.focus());
}
