/** What a request came to: an answer, or the reason for there being none. */
import type { AppError } from "../../library/runtime";

/** A refusal as the server put it; `fields` holds what it says of single fields, by name. */
export interface Refusal {
  readonly error: AppError;
  /** The HTTP status, 0 if no answer came. */
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & Refusal);

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(error: AppError, status = 0, fields: Refusal["fields"] = {}): Outcome<never> {
  return { ok: false, error, status, fields };
}

/** The text with a capital and a full stop, as messages are shown. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return capital === "" || /[.!?…]$/u.test(capital) ? capital : `${capital}.`;
}
