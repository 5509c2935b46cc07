/** Names and colours of people, which come from other people's browsers. */

export function initials(name: string): string {
  const parts = name.trim().split(/\s+/u).filter((part) => part !== "");
  const first = Array.from(parts[0] ?? "?")[0] ?? "?";
  const last = parts.length > 1 ? (Array.from(parts.at(-1) ?? "")[0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** Only a plain hex colour is let into a style. */
export function safeColor(color: unknown): string {
  return typeof color === "string" && /^#[0-9a-f]{6}$/iu.test(color) ? color : "#5c6370";
}

/** Colours that carry white text in both themes: the server gives everybody one of these (`collab/auth/people.py`). */
export const PEOPLE_COLORS: readonly string[] = [
  "#c2410c", "#b45309", "#4d7c0f", "#047857", "#0f766e", "#0369a1", "#1d4ed8", "#6d28d9", "#a21caf", "#be185d", "#be123c", "#57534e",
];

interface Painted {
  readonly id: string;
  readonly color: string;
}

/**
 * The colour of somebody among others who are here: one's own, unless another has it.
 *
 * Of two with one colour the one whose id is the greater gives way, so that both do not; then the one of
 * another window of the same person is taken, else the first after one's own that nobody has. With
 * more people than colours some share one.
 */
export function distinctColor(own: Painted, others: readonly Painted[]): string {
  const color = safeColor(own.color).toLowerCase();
  const strangers = others.filter(({ id }) => id !== own.id).map((other) => ({ ...other, color: other.color.toLowerCase() }));
  if (!strangers.some((other) => other.color === color && other.id < own.id)) return color;
  const taken = new Set(strangers.map((other) => other.color));
  const windows = others.filter(({ id }) => id === own.id).map((other) => other.color.toLowerCase());
  const start = PEOPLE_COLORS.indexOf(color) + 1;
  const next = [...windows, ...PEOPLE_COLORS.slice(start), ...PEOPLE_COLORS.slice(0, start)];
  return next.find((one) => !taken.has(one)) ?? color;
}

/** Black or white, whichever reads better on the colour (relative luminance of WCAG). */
export function inkOn(color: unknown): string {
  const hex = safeColor(color).slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}
