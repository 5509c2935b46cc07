/** The name of a variable, edited in its place: Enter or leaving it takes it, Esc does not. */
import { useRef, useState } from "react";

import { useSnapshot } from "../desk";
import { variableFault } from "../models/renaming";

interface KeyNameProps {
  readonly owner: string;
  readonly name: string;
  /** The new name, or null where it stays. */
  readonly onDone: (next: string | null) => void;
}

export function KeyName({ owner, name, onDone }: KeyNameProps) {
  const snapshot = useSnapshot();
  const [draft, setDraft] = useState(name);
  const isDone = useRef(false);
  const next = draft.trim();
  const fault = next === name ? null : variableFault(snapshot, owner, next);
  const finish = (isKept: boolean): void => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(isKept && fault === null && next !== name ? next : null);
  };
  return (
    <>
      <input
        className="dr-input"
        aria-label={`New name of ${name}`}
        aria-invalid={fault !== null || undefined}
        autoFocus
        spellCheck={false}
        value={draft}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => finish(true)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === "Escape") finish(false);
          else if (fault === null) finish(true);
        }}
      />
      {fault !== null && <p className="dr-field-problem" role="alert">{fault}</p>}
    </>
  );
}
