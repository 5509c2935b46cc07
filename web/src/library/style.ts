/** The `style` of one component: custom properties of the theme, and spacing. */
import type { CSSProperties } from "react";

import type { Json } from "../model/types";
import { isObject } from "../model/value";

/** Spacing and size, which cannot cover or leave the page. */
const SPACING: ReadonlySet<string> = new Set([
  "margin", "marginTop", "marginRight", "marginBottom", "marginLeft", "padding", "paddingTop", "paddingRight",
  "paddingBottom", "paddingLeft", "width", "minWidth", "maxWidth", "height", "minHeight", "maxHeight",
]);

/** What of a model's style is applied; numbers are steps of eight pixels. */
export function ownStyle(value: Json | undefined): CSSProperties | undefined {
  if (!isObject(value)) return undefined;
  const style: Record<string, string> = {};
  for (const [key, setting] of Object.entries(value)) {
    const name = key.startsWith("--") ? key : camelCase(key);
    if (!/^--[a-z0-9-]+$/u.test(name) && !SPACING.has(name)) continue;
    if (typeof setting === "number") style[name] = name.startsWith("--") ? String(setting) : `${setting * 8}px`;
    // A value that fetches something would tell a stranger's server who looks at the page.
    else if (typeof setting === "string" && !/url\s*\(|image-set|\\/iu.test(setting)) style[name] = setting;
  }
  return Object.keys(style).length === 0 ? undefined : (style as CSSProperties);
}

function camelCase(key: string): string {
  return key.replace(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}
