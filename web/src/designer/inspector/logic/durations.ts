/** Durations as the model writes them: a whole number and a unit (`500ms`, `5s`, `14d`). */
export const DURATION_UNITS = ["ms", "s", "m", "h", "d"] as const;
export type DurationUnit = (typeof DURATION_UNITS)[number];

export const UNIT_TITLES: Readonly<Record<DurationUnit, string>> = {
  ms: "milliseconds",
  s: "seconds",
  m: "minutes",
  h: "hours",
  d: "days",
};

export interface DurationParts {
  readonly amount: string;
  readonly unit: DurationUnit;
}

/** The parts of a duration, or null for what is none. */
export function readDuration(text: string): DurationParts | null {
  const match = /^([0-9]+)(ms|s|m|h|d)$/u.exec(text.trim());
  const unit = DURATION_UNITS.find((known) => known === match?.[2]);
  return match?.[1] === undefined || unit === undefined ? null : { amount: match[1], unit };
}

/** What somebody typed into the field of the number: a bare number keeps the unit, `5s` brings its own. */
export function typedDuration(text: string, unit: DurationUnit): string | null {
  const compact = text.replace(/\s+/gu, "");
  if (/^[0-9]+$/u.test(compact)) return `${compact}${unit}`;
  return readDuration(compact) === null ? null : compact;
}
