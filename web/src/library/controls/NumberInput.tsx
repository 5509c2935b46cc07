/** A control for numbers: typed in the reader's notation, kept as exact decimals. */
import { useLayoutEffect, useRef, useState } from "react";

import type { Json } from "../../model/types";
import { toText } from "../../model/value";
import { type Format, formatted } from "../formats";
import { canonical, compareDecimals, editable, isDecimal, parseDecimal, placesOf, shifted } from "../numbers";
import { useLocale } from "../properties";
import type { FieldInfo } from "../runtime";
import type { InputProps } from "./inputs";

interface NumberInputProps extends InputProps {
  readonly field: FieldInfo | null;
  readonly format: Format;
  readonly placeholder?: string;
  /** What the arrow keys add or take away. */
  readonly step?: string | null;
}

/** The number as its exact decimal, or null. */
export function decimalOf(value: Json): string | null {
  const text = typeof value === "number" ? exactText(value) : typeof value === "string" ? value : "";
  return isDecimal(text) ? canonical(text) : null;
}

// JavaScript writes very small and very large numbers with an exponent.
function exactText(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 }) : text;
}

/**
 * The value that is kept for a decimal: a string for decimal fields, a number for integers.
 *
 * A variable has no type of its own; it stays a text if it is one, and takes a number only as long
 * as that is exact.
 */
export function keptNumber(decimal: string, field: FieldInfo | null, current: Json): Json {
  const number = Number(decimal);
  if (field?.type === "Integer") return Number.isSafeInteger(number) ? number : decimal;
  if (field !== null || (typeof current === "string" && current !== "")) return decimal;
  return String(number) === decimal.replace(/(\.\d*?)0+$/u, "$1").replace(/\.$/u, "") ? number : decimal;
}

/** What is wrong with a number for its field, or null. */
export function numberProblem(decimal: string, field: FieldInfo | null): string | null {
  const places = placesOf(decimal.replace(/0+$/u, decimal.includes(".") ? "" : "$&"));
  if (field?.type === "Integer" && places > 0) return "Enter a whole number.";
  if (field?.type === "Decimal" && places > field.scale) return `Enter at most ${field.scale} digits after the point.`;
  if (field?.type === "Integer" && !Number.isSafeInteger(Number(decimal))) return "This number is too large.";
  return null;
}

/** Why a number lies outside its bounds, or null; bounds that are no numbers bind nothing. */
export function rangeProblem(decimal: string, min: string | null, max: string | null, show: (bound: string) => string): string | null {
  if (min !== null && compareDecimals(decimal, min) < 0) return `Enter at least ${show(min)}.`;
  if (max !== null && compareDecimals(decimal, max) > 0) return `Enter at most ${show(max)}.`;
  return null;
}

/** The decimal one step up or down, exactly. */
export function stepped(decimal: string, step: string, by: 1 | -1): string {
  const places = Math.max(placesOf(decimal), placesOf(step));
  const whole = (text: string): bigint => BigInt(shifted(text, places).split(".")[0] ?? "0");
  return shifted(String(whole(decimal) + BigInt(by) * whole(step)), -places);
}

export function NumberInput({ attributes, value, field, format, placeholder, step = null, onChange, onLeave, onKeyDown, autoFocus }: NumberInputProps) {
  const locale = useLocale();
  const [typed, setTyped] = useState<string | null>(null);
  const [isFocused, setFocused] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // The text changes its notation as it gets the focus, and what was selected of it would be lost.
    if (isFocused) input.current?.select();
  }, [isFocused]);
  const isPercent = format.style === "percent";
  const decimal = decimalOf(value);
  const bare = decimal === null ? toText(value) : editable(isPercent ? shifted(decimal, 2) : decimal, locale);
  const shown = typed ?? (isFocused || decimal === null ? bare : formatted(decimal, format, field, { locale, now: 0 }) || bare);
  const type = (text: string): void => {
    setTyped(text);
    const plain = text.replace(/[\p{Sc}%٪]/gu, "").trim();
    if (plain === "") {
      onChange(null, null);
      return;
    }
    const parsed = parseDecimal(plain, locale);
    const exact = parsed === null ? null : isPercent ? shifted(parsed, -2) : parsed;
    const problem = exact === null ? `Enter a number, such as ${editable("1234.5", locale)}.` : numberProblem(exact, field);
    onChange(exact === null ? value : keptNumber(exact, field, value), problem);
    // What was understood is shown in full when the control is left; what was not stays as typed.
    setUnderstood(problem === null);
  };
  const [isUnderstood, setUnderstood] = useState(true);
  return (
    <input
      {...attributes}
      ref={input}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      className="app-input"
      data-number
      value={shown}
      placeholder={placeholder}
      autoFocus={autoFocus}
      onFocus={() => setFocused(true)}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
        if (step === null || by === 0 || attributes.readOnly === true) onKeyDown?.(event);
        else {
          event.preventDefault();
          setTyped(null);
          setUnderstood(true);
          onChange(keptNumber(stepped(decimal ?? "0", step, by), field, value), null);
        }
      }}
      onBlur={() => {
        setFocused(false);
        if (isUnderstood) setTyped(null);
        onLeave();
      }}
    />
  );
}
