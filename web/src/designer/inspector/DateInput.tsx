/**
 * A date or time in the browser's own control: typed part by part, or picked.
 *
 * While it is being typed the control holds nothing whole; nothing is written then, and what others
 * write meanwhile waits until the control is left.
 */
import { useEffectEvent, useLayoutEffect, useRef, useState } from "react";

import { type DateKind, isWholeYear, shownDate, writtenDate } from "./logic/dates";

interface DateInputProps {
  readonly id?: string;
  /** The name, where no label on the page is for this control. */
  readonly label?: string;
  readonly kind: DateKind;
  /** As the model has it; empty for none. */
  readonly value: string;
  /** Takes the model's text; empty where it was emptied. */
  readonly onChange: (value: string) => void;
}

const WORDS: Readonly<Record<DateKind, string>> = { date: "date", time: "time", "datetime-local": "date and time" };

export function DateInput({ id, label, kind, value, onChange }: DateInputProps) {
  const control = useRef<HTMLInputElement>(null);
  const [isPartial, setPartial] = useState(false);
  const shown = shownDate(kind, value) ?? "";
  const show = useEffectEvent(() => {
    const element = control.current;
    if (element === null || element.value === shown || same(kind, element.value, shown)) return;
    const isBeingTyped = element.ownerDocument.activeElement === element && isUnfinished(element, kind);
    if (!isBeingTyped) element.value = shown;
  });
  useLayoutEffect(() => show(), [shown]);
  const change = (element: HTMLInputElement): void => {
    const isOpen = isUnfinished(element, kind);
    setPartial(isOpen);
    if (!isOpen && !same(kind, element.value, shown)) onChange(writtenDate(kind, element.value));
  };
  const leave = (element: HTMLInputElement): void => {
    setPartial(false);
    // A year that was meant as it stands is one; what is not whole gives way to what is there.
    if (!element.validity.badInput && !same(kind, element.value, shown)) onChange(writtenDate(kind, element.value));
    else if (element.validity.badInput) {
      element.value = "";
      element.value = shown;
    }
  };
  return (
    <>
      <div className="dr-date">
        <input
          ref={control}
          id={id}
          className="dr-input"
          aria-label={label}
          type={kind}
          step={kind === "date" ? undefined : 1}
          defaultValue={shown}
          aria-invalid={isPartial || undefined}
          onInput={(event) => change(event.currentTarget)}
          // As long as it holds nothing whole the control tells of no input.
          onKeyUp={(event) => setPartial(isUnfinished(event.currentTarget, kind))}
          onBlur={(event) => leave(event.currentTarget)}
        />
        {kind === "datetime-local" && <span className="dr-muted" title="The model's times are in UTC">UTC</span>}
      </div>
      {isPartial && <p className="dr-hint" role="status">Not a whole {WORDS[kind]} yet.</p>}
    </>
  );
}

function isUnfinished(element: HTMLInputElement, kind: DateKind): boolean {
  return element.validity.badInput || !isWholeYear(kind, element.value);
}

// The control drops seconds that are zero.
function same(kind: DateKind, one: string, other: string): boolean {
  return writtenDate(kind, one) === writtenDate(kind, other);
}
