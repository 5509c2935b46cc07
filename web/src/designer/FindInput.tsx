/** The field of a list that is found by typing: arrows go through what is found, Enter takes it. */
import type { KeyboardEvent } from "react";

interface FindInputProps {
  /** The list's element id; its options are `{id}-{index}`. */
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly count: number;
  /** The index of the marked option. */
  readonly active: number;
  readonly onFind: (text: string) => void;
  readonly onMark: (index: number) => void;
  readonly onTake: () => void;
}

export function FindInput({ id, label, placeholder, value, count, active, onFind, onMark, onTake }: FindInputProps) {
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") onMark(Math.min(active + 1, count - 1));
    else if (event.key === "ArrowUp") onMark(Math.max(active - 1, 0));
    else if (event.key === "Enter" && count > 0) onTake();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <input
      className="dr-input"
      role="combobox"
      aria-label={label}
      aria-expanded
      aria-controls={id}
      aria-activedescendant={count > 0 ? `${id}-${active}` : undefined}
      placeholder={placeholder}
      data-autofocus
      // At once, and not when the popover's trap gets to it: what is typed meanwhile would be lost.
      autoFocus
      value={value}
      onChange={(event) => onFind(event.currentTarget.value)}
      onKeyDown={onKey}
    />
  );
}
