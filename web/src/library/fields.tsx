/** Views of fields for text, numbers, dates and yes or no. */
import { useRef } from "react";

import type { Json } from "../model/types";
import { toText } from "../model/value";
import { decimalOf, NumberInput, rangeProblem } from "./controls/NumberInput";
import { withoutReadOnly } from "./controls/inputs";
import { fromWallClock, toWallClock } from "./dates";
import { Field, FieldLabel, FieldNotes, type FieldState, useField } from "./Field";
import { formatted, readFormat } from "./formats";
import { useChoice, useLocale, useNumber, useText, useValue } from "./properties";
import type { ViewProps } from "./view";

const TYPES = ["text", "email", "url", "tel", "search", "password"] as const;
type TextType = (typeof TYPES)[number];

// What a browser would complete by itself; a search is nobody's address.
const COMPLETIONS: Readonly<Record<TextType, string | undefined>> = {
  text: undefined, email: "email", url: "url", tel: "tel", search: "off", password: "current-password",
};

export function TextFieldView({ node, root }: ViewProps) {
  const chosen = useChoice(node, "type", TYPES, "text");
  const maxLength = useNumber(node, "maxLength", 0);
  const placeholder = useText(node, "placeholder");
  const state = useField(node, (value) => textProblem(toText(value), chosen, maxLength));
  const type: TextType = chosen === "text" && state.field?.type === "Email" ? "email" : chosen === "text" && state.field?.type === "Url" ? "url" : chosen;
  return (
    <Field state={state} root={root}>
      <input
        {...state.control}
        className="app-input"
        type={type}
        autoComplete={COMPLETIONS[type]}
        placeholder={placeholder}
        value={toText(state.value)}
        onChange={(event) => state.change(emptied(event.currentTarget.value, state))}
        onBlur={state.leave}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.form === null && state.leave()}
      />
    </Field>
  );
}

// A record's field without a text has none; a variable that is compared with texts stays one.
function emptied(text: string, state: FieldState): Json {
  return text === "" && state.field !== null ? null : text;
}

function textProblem(text: string, type: TextType, maxLength: number): string | null {
  if (maxLength > 0 && [...text].length > maxLength) return `Enter at most ${maxLength} characters.`;
  if (type === "email" && !/^[^\s@]+@[^\s@]+$/u.test(text)) return "Enter an e-mail address, such as name@example.com.";
  if (type === "url" && !/^[a-z][a-z0-9+.-]*:\S+$/iu.test(text)) return "Enter an address that begins with https://.";
  return null;
}

export function TextAreaView({ node, root }: ViewProps) {
  const rows = useNumber(node, "rows", 4, 1, 40);
  const maxLength = useNumber(node, "maxLength", 0);
  const placeholder = useText(node, "placeholder");
  const state = useField(node, (value) => textProblem(toText(value), "text", maxLength));
  return (
    <Field state={state} root={root}>
      <textarea
        {...state.control}
        className="app-input"
        rows={rows}
        placeholder={placeholder}
        value={toText(state.value)}
        onChange={(event) => state.change(emptied(event.currentTarget.value, state))}
        onBlur={state.leave}
      />
    </Field>
  );
}

export function NumberFieldView({ node, root }: ViewProps) {
  const locale = useLocale();
  const format = readFormat(useValue(node, "format"));
  const min = decimalOf(useValue(node, "min"));
  const max = decimalOf(useValue(node, "max"));
  const step = decimalOf(useValue(node, "step"));
  const placeholder = useText(node, "placeholder");
  const state: FieldState = useField(node, (value) => {
    const decimal = decimalOf(value);
    return decimal === null ? null : rangeProblem(decimal, min, max, (bound) => formatted(bound, format, null, { locale, now: 0 }) || bound);
  });
  return (
    <Field state={state} root={root}>
      <NumberInput
        attributes={state.control}
        value={state.value}
        field={state.field}
        format={format}
        step={step}
        placeholder={placeholder}
        onChange={state.change}
        onLeave={state.leave}
      />
    </Field>
  );
}

export function DateFieldView({ node, root }: ViewProps) {
  const mode = useChoice(node, "mode", ["date", "time", "dateTime"], "date");
  const min = toText(useValue(node, "min"));
  const max = toText(useValue(node, "max"));
  const input = useRef<HTMLInputElement>(null);
  const locale = useLocale();
  const state = useField(node, (value) => dateProblem(toText(value), min, max, (bound) => formatted(bound, readFormat({ style: mode }), null, { locale, now: 0 })));
  return (
    <Field state={state} root={root}>
      <input
        {...state.control}
        ref={input}
        className="app-input"
        type={mode === "dateTime" ? "datetime-local" : mode}
        value={dateText(state.value, mode)}
        min={dateText(min, mode) || undefined}
        max={dateText(max, mode) || undefined}
        onChange={(event) => state.change(dateValue(event.currentTarget.value, mode))}
        onBlur={() => {
          // A browser hands out no text for half a date, so only the control knows of it.
          if (input.current?.validity.badInput === true) state.change(state.value, "Enter a whole date.");
          else if (state.error === "Enter a whole date.") state.change(state.value);
          state.leave();
        }}
      />
    </Field>
  );
}

export type DateMode = "date" | "time" | "dateTime";

/** What the browser's control for dates takes. */
export function dateText(value: Json, mode: DateMode): string {
  const text = toText(value);
  if (mode === "dateTime") return toWallClock(text);
  return mode === "date" ? text.slice(0, 10) : text.replace(/^.*T/u, "").slice(0, 5);
}

export function dateValue(text: string, mode: DateMode): Json {
  if (text === "") return null;
  if (mode === "dateTime") return fromWallClock(text) || null;
  return mode === "time" && text.length === 5 ? `${text}:00` : text;
}

// ISO 8601 texts of one kind are ordered as texts.
function dateProblem(value: string, min: string, max: string, show: (bound: string) => string): string | null {
  if (min !== "" && value < min) return `Choose ${show(min)} or later.`;
  if (max !== "" && value > max) return `Choose ${show(max)} or earlier.`;
  return null;
}

export function CheckboxView(props: ViewProps) {
  return <Toggle {...props} role="checkbox" />;
}

export function SwitchView(props: ViewProps) {
  return <Toggle {...props} role="switch" />;
}

function Toggle({ node, root, role }: ViewProps & { readonly role: "checkbox" | "switch" }) {
  const state = useField(node);
  const attributes = withoutReadOnly(state.control);
  const isOn = state.value === true;
  return (
    <div {...root} className="app-toggle" data-label={state.label}>
      <input
        {...attributes}
        // A field that must be answered is answered by no as well; only the label says it is required.
        required={undefined}
        type="checkbox"
        role={role === "switch" ? "switch" : undefined}
        className={`app-${role}`}
        checked={isOn}
        onChange={(event) => state.choose(event.currentTarget.checked)}
      />
      <FieldLabel state={state} />
      <FieldNotes state={state} />
    </div>
  );
}
