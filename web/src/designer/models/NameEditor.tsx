/** The name of a field, edited in its cell: Enter and Tab take it, Esc does not. */
import { useRef, useState } from "react";

import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { useDesk } from "../desk";
import { asName, nameFault } from "./names";

interface NameEditorProps {
  readonly field: LiveNode;
  /** The character that began the editing replaces the name. */
  readonly start: string | null;
  readonly onRename: (name: string) => void;
  readonly onFinish: (toNext: boolean) => void;
}

export function NameEditor({ field, start, onRename, onFinish }: NameEditorProps) {
  const desk = useDesk();
  const name = toText(field.props.name);
  const [draft, setDraft] = useState(start ?? name);
  const isDone = useRef(false);
  const next = asName(draft, false);
  const fault = next === name ? null : nameFault(desk.snapshot, field.place?.[0] ?? "", "fields", next, field.id);
  const take = (toNext: boolean): void => {
    if (isDone.current) return;
    isDone.current = true;
    onFinish(toNext);
    if (fault === null && next !== name) onRename(next);
  };
  return (
    <span className="dm-name">
      <input
        className="dr-input"
        aria-label="Name of the field"
        aria-invalid={fault !== null || undefined}
        autoFocus
        spellCheck={false}
        value={draft}
        onFocus={(event) => {
          if (start === null) event.currentTarget.select();
        }}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => {
          if (!isDone.current) take(false);
        }}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") {
            isDone.current = true;
            onFinish(false);
          } else if (event.key === "Enter" || event.key === "Tab") {
            event.preventDefault();
            if (fault === null) take(event.key === "Tab");
          }
        }}
      />
      {fault !== null && <span className="dm-name-fault" role="alert">{fault}</span>}
    </span>
  );
}
