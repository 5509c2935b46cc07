/** How long ago something was, or how long until it is, in the reader's language. */

/** The largest unit is chosen that gives at least one; durations in milliseconds. */
const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

export function ago(time: string, now: number, language?: string): string {
  const then = Date.parse(time);
  if (Number.isNaN(then)) return "–";
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const distance = Math.abs(now - then);
  for (const [unit, length] of UNITS) {
    // What is to come is counted in begun units, so that a week from now is not called six days.
    const count = then > now ? Math.round(distance / length) : Math.floor(distance / length);
    if (distance >= length && count >= 1) return format.format(then > now ? count : -count, unit);
  }
  return format.format(0, "second");
}
