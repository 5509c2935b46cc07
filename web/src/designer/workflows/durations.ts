/** Durations as people say them: `90s` is 90 seconds. */

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  ms: ["millisecond", "milliseconds"], s: ["second", "seconds"], m: ["minute", "minutes"], h: ["hour", "hours"], d: ["day", "days"],
};

/** The duration in words; the text itself where it is none. */
export function durationWords(text: string): string {
  const match = /^(\d+)(ms|s|m|h|d)$/u.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ""];
  if (match === null || unit === undefined) return text;
  const count = Number(match[1]);
  return `${count.toLocaleString("en")} ${count === 1 ? unit[0] : unit[1]}`;
}
