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

/** Black or white, whichever reads better on the colour (relative luminance of WCAG). */
export function inkOn(color: unknown): string {
  const hex = safeColor(color).slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}
