/**
 * The functions of moments, days and durations. Everything is in UTC: a time zone would make the
 * same expression differ between browsers and the server.
 */
import { ExpressionError } from "./errors";
import { lengthOfTime, moment } from "./operators";
import type { Functions } from "./overloads";
import type { Duration} from "./values";
import { Timestamp, type Value } from "./values";

const DAY_MS = 86_400_000;
const UNITS_MS: Readonly<Record<string, number>> = {
  d: DAY_MS,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d))?$/;

export function defineTimes(functions: Functions): void {
  functions.define("now(): timestamp", (tools) => new Timestamp(tools.now));
  functions.define("today(): string", (tools) => dayOf(tools.now));
  functions.define("timestamp(timestamp): timestamp", (_, value: Value) => value);
  functions.define("timestamp(string): timestamp", (_, text: string) => timestampOfText(text));
  functions.define("timestamp(int): timestamp", (_, seconds: bigint) => moment(Number(seconds) * 1000));
  functions.define("duration(duration): duration", (_, value: Value) => value);
  functions.define("duration(string): duration", (_, text: string) => durationOfText(text));
  functions.define("date(timestamp): string", (_, value: Timestamp) => dayOf(value.milliseconds));
  functions.define("date(string): string", (_, text: string) =>
    dayOf(timestampOfText(text).milliseconds),
  );
  defineParts(functions);
  defineCalendar(functions);
}

/** `2026-11-22T09:00:00.000Z` or a day alone; throws `ExpressionError`. */
export function timestampOfText(text: string): Timestamp {
  const found = ISO.exec(text);
  // Its parts are read one by one: engines differ in what else `Date.parse` takes.
  const [year, month, day, hour, minute, second] = (found ?? [])
    .slice(1, 7)
    .map((part?: string) => Number(part ?? 0));
  const at = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  const date = new Date(at);
  if (year !== undefined && year < 100) date.setUTCFullYear(year);
  const isWhole = date.getUTCDate() === day && date.getUTCMonth() + 1 === month;
  const isTime = (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
  if (!found || !isWhole || !isTime) {
    throw new ExpressionError(
      "expression_value",
      "timestamp() needs ISO 8601, as in '2026-11-22T09:00:00Z' or '2026-11-22'.",
    );
  }
  const fraction = Number(`${found[7] ?? ""}000`.slice(0, 3));
  return moment(date.getTime() + fraction - offsetOf(found[8] ?? "Z"));
}

function offsetOf(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

/** `1h30m`, `1.5h`, `-2d`, `500ms`; throws `ExpressionError`. */
export function durationOfText(text: string): Duration {
  const match = /^([+-]?)((?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+)$/.exec(text.slice(0, 100));
  if (!match || text.length > 100) {
    throw new ExpressionError("expression_value", "duration() needs a length as in '1h30m' or '14d'.");
  }
  let total = 0;
  for (const [, count, unit] of (match[2] ?? "").matchAll(/([\d.]+)(ms|d|h|m|s)/g)) {
    total += Number(count) * (UNITS_MS[unit ?? ""] ?? 0);
  }
  // Rounding undoes what a fraction such as 0.1s leaves beside its milliseconds.
  return lengthOfTime(Math.round(match[1] === "-" ? -total : total));
}

/** As CEL writes it: seconds with a fraction, `5400s` or `0.5s`. */
export function textOfDuration(value: Duration): string {
  return `${String(value.milliseconds / 1000)}s`;
}

export function textOfTimestamp(value: Timestamp): string {
  return new Date(value.milliseconds).toISOString();
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function defineParts(functions: Functions): void {
  const parts: Record<string, (date: Date) => number> = {
    getFullYear: (date) => date.getUTCFullYear(),
    getMonth: (date) => date.getUTCMonth(),
    getDate: (date) => date.getUTCDate(),
    getDayOfMonth: (date) => date.getUTCDate() - 1,
    getDayOfWeek: (date) => date.getUTCDay(),
    getDayOfYear: (date) =>
      Math.floor((date.getTime() - new Date(date).setUTCMonth(0, 1)) / DAY_MS),
    getHours: (date) => date.getUTCHours(),
    getMinutes: (date) => date.getUTCMinutes(),
    getSeconds: (date) => date.getUTCSeconds(),
    getMilliseconds: (date) => date.getUTCMilliseconds(),
  };
  for (const [name, of] of Object.entries(parts)) {
    functions.define(`timestamp.${name}(): int`, (_, value: Timestamp) =>
      BigInt(of(new Date(value.milliseconds))),
    );
  }
  const lengths = { getHours: 3_600_000, getMinutes: 60_000, getSeconds: 1_000, getMilliseconds: 1 };
  for (const [name, unit] of Object.entries(lengths)) {
    functions.define(`duration.${name}(): int`, (_, value: Duration) =>
      BigInt(Math.trunc(value.milliseconds / unit)),
    );
  }
}

function defineCalendar(functions: Functions): void {
  const moves: Record<string, (at: number, count: number) => number> = {
    addDays: (at, count) => at + count * DAY_MS,
    addMonths,
  };
  for (const [name, move] of Object.entries(moves)) {
    functions.define(`timestamp.${name}(int): timestamp`, (_, value: Timestamp, count: bigint) =>
      moment(move(value.milliseconds, countOf(count))),
    );
    // A Date field is a text: what is a day stays a day.
    functions.define(`string.${name}(int): string`, (_, text: string, count: bigint) =>
      dayOf(moment(move(timestampOfText(text).milliseconds, countOf(count))).milliseconds),
    );
  }
}

function countOf(count: bigint): number {
  const number = Number(count);
  if (Math.abs(number) < 4_000_000) return number;
  throw new ExpressionError("expression_value", "This is further away than 10,000 years.");
}

/** The same day of another month, or that month's last day where it is shorter. */
function addMonths(at: number, count: number): number {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count);
  const last = new Date(date);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(day, last.getUTCDate()));
  return date.getTime();
}
