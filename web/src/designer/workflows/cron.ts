/**
 * Schedules of five fields (minute, hour, day, month, day of the week): read, said in words, and
 * the next times they come.
 *
 * The clock is that of the schedule's time zone. An hour that the clock skips in spring is passed
 * over; one that it repeats in autumn counts once. As in every cron, day and day of the week go
 * together by "or" where both are limited.
 */

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  readonly isAnyDay: boolean;
  readonly isAnyWeekday: boolean;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEKDAY_WORDS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/** No schedule is looked for further ahead: 29 February comes within eight years. */
const DAYS_AHEAD_MAX = 366 * 8 + 1;
const DAY_MS = 86_400_000;

/** Reads a schedule, or null if it is none. */
export function readCron(text: string): Cron | null {
  const parts = text.trim().split(/\s+/u);
  if (parts.length !== 5) return null;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = parts;
  const minutes = readField(minute, 0, 59);
  const hours = readField(hour, 0, 23);
  const days = readField(day, 1, 31);
  const months = readField(month, 1, 12, MONTHS, 1);
  const weekdays = readField(weekday, 0, 7, WEEKDAYS, 0);
  if (minutes === null || hours === null || days === null || months === null || weekdays === null) return null;
  return {
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    weekdays: new Set(weekdays.map((number) => number % 7)),
    isAnyDay: day.startsWith("*"),
    isAnyWeekday: weekday.startsWith("*"),
  };
}

function readField(text: string, low: number, high: number, names: readonly string[] = [], first = 0): readonly number[] | null {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", every, ...more] = part.split("/");
    const step = every === undefined ? 1 : readNumber(every, [], 0);
    if (step === null || step < 1 || more.length > 0) return null;
    const ends = range === "*" ? [low, high] : range.split("-").map((end) => readNumber(end, names, first));
    const [from, to = every === undefined ? from : high] = ends;
    if (ends.length > 2 || from == null || to == null || from < low || to > high || from > to) return null;
    for (let number = from; number <= to; number += step) found.add(number);
  }
  return [...found].toSorted((a, b) => a - b);
}

function readNumber(text: string, names: readonly string[], first: number): number | null {
  const name = names.indexOf(text.toLowerCase());
  if (name >= 0) return name + first;
  return /^\d{1,2}$/u.test(text) ? Number(text) : null;
}

/** The next times, in milliseconds since 1970; fewer than `count` where there are no more. */
export function nextRuns(cron: Cron, timeZone: string, now: number, count: number): readonly number[] {
  const clock = clockOf(timeZone);
  if (clock === null) return [];
  const runs: number[] = [];
  const [year, month, day] = clock(now);
  const today = Date.UTC(year, month - 1, day);
  for (let ahead = 0; ahead < DAYS_AHEAD_MAX && runs.length < count; ahead += 1) {
    const date = new Date(today + ahead * DAY_MS);
    if (!isDay(cron, date)) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const instant = instantOf(clock, date.getTime() + (hour * 60 + minute) * 60_000);
        if (instant !== null && instant > now && runs.length < count) runs.push(instant);
      }
    }
  }
  return runs;
}

function isDay(cron: Cron, date: Date): boolean {
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const [isDate, isWeekday] = [cron.days.has(date.getUTCDate()), cron.weekdays.has(date.getUTCDay())];
  return cron.isAnyDay || cron.isAnyWeekday ? isDate && isWeekday : isDate || isWeekday;
}

type Clock = (instant: number) => readonly [year: number, month: number, day: number, hour: number, minute: number];

/** What a clock in a time zone shows, or null where there is no such zone. */
function clockOf(timeZone: string): Clock | null {
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
    return (instant) => {
      const parts = new Map(format.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
      const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
      return [of("year"), of("month"), of("day"), of("hour"), of("minute")];
    };
  } catch {
    return null;
  }
}

export function isTimeZone(timeZone: string): boolean {
  return clockOf(timeZone) !== null;
}

/** The instant at which the clock shows this time (given as if it were UTC), or null if it never does. */
function instantOf(clock: Clock, wall: number): number | null {
  const shown = (instant: number): number => {
    const [year, month, day, hour, minute] = clock(instant);
    return Date.UTC(year, month - 1, day, hour, minute);
  };
  // The zone's distance from UTC differs by at most an hour or so within a day, so two steps find it.
  let instant = wall - (shown(wall) - wall);
  instant -= shown(instant) - wall;
  return shown(instant) === wall ? instant : null;
}

/** Common schedules in words; null for those that only their next times explain. */
export function cronWords(text: string): string | null {
  const cron = readCron(text);
  if (cron === null) return null;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = text.trim().split(/\s+/u);
  if (month !== "*") return null;
  const every = /^\*\/(\d+)$/u;
  if (hour === "*" && day === "*" && weekday === "*") {
    if (minute === "*") return "Every minute";
    const step = every.exec(minute)?.[1];
    if (step !== undefined) return `Every ${step} minutes`;
    return cron.minutes.length === 1 ? `Every hour at minute ${minute}` : null;
  }
  if (cron.minutes.length !== 1 || cron.hours.length !== 1) return null;
  const time = `${String(cron.hours[0]).padStart(2, "0")}:${String(cron.minutes[0]).padStart(2, "0")}`;
  if (day === "*" && weekday === "*") return `Every day at ${time}`;
  if (day === "*") return `${weekdayWords(cron)} at ${time}`;
  return weekday === "*" && cron.days.size === 1 ? `On day ${[...cron.days][0] ?? ""} of every month at ${time}` : null;
}

function weekdayWords({ weekdays }: Cron): string {
  const sorted = [...weekdays].toSorted((a, b) => a - b);
  if (sorted.join() === "1,2,3,4,5") return "Monday to Friday";
  const words = sorted.map((day) => WEEKDAY_WORDS[day] ?? "");
  return `Every ${words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}` : (words[0] ?? "")}`;
}
