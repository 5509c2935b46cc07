/** A name edited in place: Enter and leaving the field keep it, Esc does not. */
import { type KeyboardEvent, useRef } from "react";

import { rename } from "../commands/editing";
import { toolsOf } from "../commands/tools";
import { useDesk } from "../desk";

interface NameInputProps {
  readonly id: string;
  readonly name: string;
}

export function NameInput({ id, name }: NameInputProps) {
  const desk = useDesk();
  const isDone = useRef(false);
  const finish = (input: HTMLInputElement, isKept: boolean): void => {
    // Giving the focus back makes the field lose it, which would finish a second time.
    if (isDone.current) return;
    isDone.current = true;
    if (isKept) rename(desk, id, input.value);
    const tree = input.closest<HTMLElement>(".dr-tree");
    toolsOf(desk).renaming.set(null);
    if (document.activeElement === input) tree?.focus({ preventScroll: true });
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    finish(event.currentTarget, event.key === "Enter");
  };
  return (
    <input
      className="dr-row-name"
      aria-label={`Name of ${name}`}
      dir="auto"
      defaultValue={name}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onKeyDown={onKey}
      onBlur={(event) => finish(event.currentTarget, true)}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
    />
  );
}
