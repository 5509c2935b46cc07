/** Sizes of a component's own style: a number counts steps of eight pixels, a text is CSS. */
import type { Json } from "../../../model/types";

export const SIZE_UNITS = ["steps", "px", "rem", "%", "vw", "vh"] as const;
export type SizeUnit = (typeof SIZE_UNITS)[number];

export interface SizeParts {
  readonly amount: string;
  readonly unit: SizeUnit;
}

/** The parts of a size; null for what is written freely, such as `calc(…)` or `auto`. */
export function readSize(value: Json | undefined): SizeParts | null {
  if (value === undefined || value === null || value === "") return { amount: "", unit: "steps" };
  if (typeof value === "number") return { amount: String(value), unit: "steps" };
  if (typeof value !== "string") return null;
  const match = /^(-?\d+(?:\.\d+)?)(px|rem|%|vw|vh)$/u.exec(value.trim());
  const unit = SIZE_UNITS.find((known) => known === match?.[2]);
  return match?.[1] === undefined || unit === undefined ? null : { amount: match[1], unit };
}

export function writeSize({ amount, unit }: SizeParts): Json | undefined {
  const text = amount.trim();
  if (text === "") return undefined;
  if (!/^-?\d+(\.\d+)?$/u.test(text)) return text;
  return unit === "steps" ? Number(text) : `${text}${unit}`;
}

/** The properties that the library lets a component set for itself, by what they are about. */
export const STYLE_PROPERTIES: readonly { readonly group: string; readonly names: readonly string[] }[] = [
  { group: "Inner spacing", names: ["padding", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft"] },
  { group: "Outer spacing", names: ["margin", "marginTop", "marginRight", "marginBottom", "marginLeft"] },
  { group: "Size", names: ["width", "minWidth", "maxWidth", "height", "minHeight", "maxHeight"] },
  {
    group: "Theme",
    names: ["--app-accent", "--app-on-accent", "--app-ink", "--app-muted", "--app-surface", "--app-sunken", "--app-line", "--app-danger", "--app-success", "--app-warning", "--app-radius"],
  },
];

const SIZE_NAMES: ReadonlySet<string> = new Set(STYLE_PROPERTIES.slice(0, 3).flatMap(({ names }) => names));

/** Which control a property of a style has. */
export function styleKind(name: string, value: Json | undefined): "size" | "color" | "text" {
  if (SIZE_NAMES.has(name)) return readSize(value) === null ? "text" : "size";
  if (name.endsWith("radius")) return "text";
  const isColor = typeof value === "string" && /^#[0-9a-f]{6}$/iu.test(value);
  const isTheme = STYLE_PROPERTIES[3]?.names.includes(name) === true;
  return isColor || (isTheme && (value === undefined || value === "")) ? "color" : "text";
}

/** `paddingTop` → `Padding top`, `--app-on-accent` → `On accent`. */
export function styleTitle(name: string): string {
  const plain = name.replace(/^--(app-)?/u, "").replace(/([a-z])([A-Z])/gu, "$1 $2").replaceAll("-", " ").toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
