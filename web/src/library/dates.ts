/** Dates and times: those of the wire (ISO 8601, UTC) and those of the reader's clock. */

/** A moment on the reader's clock, and which parts of it were given. */
export interface Instant {
  readonly date: Date;
  readonly hasDate: boolean;
  readonly hasTime: boolean;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/u;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/u;

/**
 * Reads `2026-11-22`, `09:00:00` and `2026-11-22T09:00:00.000Z`, or null.
 *
 * A date is a day of the calendar wherever the reader is, so it is not moved between time zones.
 */
export function instantOf(text: string): Instant | null {
  const day = DATE.exec(text);
  if (day !== null) return { date: new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])), hasDate: true, hasTime: false };
  const time = TIME.exec(text);
  if (time !== null) return { date: new Date(1970, 0, 1, Number(time[1]), Number(time[2]), Number(time[3] ?? 0)), hasDate: false, hasTime: true };
  if (!/^\d{4}-\d{2}-\d{2}T/u.test(text)) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : { date, hasDate: true, hasTime: true };
}

const two = (value: number): string => String(value).padStart(2, "0");

/** What `<input type="datetime-local">` takes: the reader's wall clock to the minute. */
export function toWallClock(text: string): string {
  const instant = instantOf(text);
  if (instant === null) return "";
  const { date } = instant;
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment in UTC that a reading of the wall clock names; empty if it names none. */
export function fromWallClock(text: string): string {
  const date = new Date(text);
  return text === "" || Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600_000], ["month", 2_629_800_000], ["week", 604_800_000], ["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000],
];

/** How far away a moment is (negative: ago), in the largest unit that fits once. */
export function relative(distanceMs: number, locale: string): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, lengthMs] of STEPS) {
    if (Math.abs(distanceMs) >= lengthMs) return words.format(Math.trunc(distanceMs / lengthMs), unit);
  }
  return words.format(Math.trunc(distanceMs / 1000), "second");
}

const FIELD = /'((?:[^']|'')*)'|y+|M+|d+|E+|H+|h+|m+|s+|S+|a|[^yMdEHhmsSa']+|./gu;

/** A moment by a pattern such as `yyyy-MM-dd HH:mm`; what stands in quotes is taken as it is. */
export function patterned(instant: Instant, pattern: string, locale: string): string {
  return pattern.replaceAll(FIELD, (field: string, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted === "" ? "'" : quoted.replaceAll("''", "'");
    return part(instant.date, field, locale);
  });
}

function part(date: Date, field: string, locale: string): string {
  const named = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(locale, options).format(date);
  const padded = (value: number): string => String(value).padStart(field.length, "0");
  switch (field[0]) {
    case "y":
      return field.length === 2 ? two(date.getFullYear() % 100) : padded(date.getFullYear());
    case "M":
      return field.length > 2 ? named({ month: field.length === 3 ? "short" : "long" }) : padded(date.getMonth() + 1);
    case "d":
      return padded(date.getDate());
    case "E":
      return named({ weekday: field.length > 3 ? "long" : "short" });
    case "H":
      return padded(date.getHours());
    case "h":
      return padded(date.getHours() % 12 || 12);
    case "m":
      return padded(date.getMinutes());
    case "s":
      return padded(date.getSeconds());
    case "S":
      return String(date.getMilliseconds()).padStart(3, "0").slice(0, field.length);
    case "a":
      return new Intl.DateTimeFormat(locale, { hour: "numeric", hour12: true }).formatToParts(date).find(({ type }) => type === "dayPeriod")?.value ?? "";
    default:
      return field;
  }
}
