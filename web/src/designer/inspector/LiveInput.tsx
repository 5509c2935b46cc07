/**
 * Text controls whose value others may change while one types.
 *
 * They are uncontrolled: a foreign change is written into the control at the place where it
 * happened, and the caret stays with the characters around it.
 */
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef } from "react";

import { diffText, shiftOffset } from "../../model/textdiff";

export interface LiveInputProps {
  readonly id: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isReadOnly: boolean;
  readonly placeholder?: string | undefined;
  readonly label?: string | undefined;
  readonly isCode?: boolean;
  readonly isInvalid?: boolean;
  readonly rows?: number;
  readonly inputMode?: "text" | "decimal" | "numeric" | "email" | "url" | undefined;
  readonly onBlur?: (value: string) => void;
  readonly onEnter?: (value: string) => void;
}

export function LiveInput(props: LiveInputProps) {
  const control = useRef<HTMLInputElement>(null);
  useForeignText(control, props.value);
  return <input {...attributes(props)} ref={control} type="text" inputMode={props.inputMode} />;
}

export function LiveTextarea(props: LiveInputProps) {
  const control = useRef<HTMLTextAreaElement>(null);
  useForeignText(control, props.value);
  return <textarea {...attributes(props)} ref={control} rows={props.rows ?? 3} />;
}

type Control = HTMLInputElement | HTMLTextAreaElement;

function attributes(props: LiveInputProps) {
  return {
    id: props.id,
    className: props.isCode === true ? "dr-input dr-code" : "dr-input",
    defaultValue: props.value,
    readOnly: props.isReadOnly,
    placeholder: props.placeholder,
    "aria-label": props.label,
    "aria-invalid": props.isInvalid === true || undefined,
    spellCheck: props.isCode !== true,
    dir: props.isCode === true ? "ltr" : "auto",
    onInput: (event: React.InputEvent<Control>) => props.onChange(event.currentTarget.value),
    onBlur: (event: React.FocusEvent<Control>) => props.onBlur?.(event.currentTarget.value),
    onKeyDown: (event: KeyboardEvent<Control>) => {
      if (event.key === "Enter" && props.onEnter !== undefined) {
        event.preventDefault();
        props.onEnter(event.currentTarget.value);
      }
    },
  };
}

/** Writes what others typed into a control that somebody types in, around the caret. */
export function useForeignText(control: RefObject<Control | null>, value: string): void {
  useLayoutEffect(() => {
    const element = control.current;
    const change = element === null ? null : diffText(element.value, value);
    if (element === null || change === null) return;
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = element;
    element.value = value;
    if (element.ownerDocument.activeElement !== element || selectionStart === null || selectionEnd === null) return;
    element.setSelectionRange(shiftOffset(selectionStart, change), shiftOffset(selectionEnd, change), selectionDirection ?? undefined);
    element.scrollTop = scrollTop;
  }, [control, value]);
}
