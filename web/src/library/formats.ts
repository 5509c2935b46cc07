/** Values as readers see them: by the format of a property, else by the type of their field. */
import { words } from "../model/schema";
import type { Json } from "../model/types";
import { isObject } from "../model/value";
import { instantOf, patterned, relative } from "./dates";
import { isDecimal } from "./numbers";
import type { FieldInfo } from "./runtime";

const STYLES = ["text", "decimal", "integer", "currency", "percent", "date", "time", "dateTime", "relative", "bytes"] as const;
export type FormatStyle = (typeof STYLES)[number];

export interface Format {
  readonly style: FormatStyle | null;
  readonly currency: string | null;
  readonly digits: number | null;
  readonly pattern: string | null;
}

/** What surrounds a value while it is written out. */
export interface Reading {
  readonly locale: string;
  /** Milliseconds since 1970, for times that are told by their distance. */
  readonly now: number;
}

const PLAIN: Format = { style: null, currency: null, digits: null, pattern: null };

export function readFormat(value: Json | undefined): Format {
  if (!isObject(value)) return PLAIN;
  const { digits, currency, pattern } = value;
  return {
    style: STYLES.find((style) => style === value.style) ?? null,
    currency: typeof currency === "string" && /^[A-Z]{3}$/u.test(currency) ? currency : null,
    digits: typeof digits === "number" && Number.isInteger(digits) && digits >= 0 && digits <= 12 ? digits : null,
    pattern: typeof pattern === "string" && pattern !== "" ? pattern.slice(0, 64) : null,
  };
}

/** A value as one line of text; what does not fit its format is written as it is. */
export function formatted(value: Json, format: Format, field: FieldInfo | null, reading: Reading): string {
  if (value === null || value === "") return "";
  if (Array.isArray(value)) return value.map((item: Json) => formatted(item, format, field, reading)).filter((text) => text !== "").join(", ");
  const style = format.style ?? (format.pattern === null ? styleOf(field) : "dateTime");
  switch (style) {
    case "decimal":
    case "integer":
    case "currency":
    case "percent":
      return number(value, style, format, field, reading.locale) ?? plain(value);
    case "bytes":
      return bytes(value, reading.locale) ?? plain(value);
    case "date":
    case "time":
    case "dateTime":
    case "relative":
      return moment(value, style, format, reading) ?? plain(value);
    case "text":
      return plain(value);
    default:
      return field?.type === "Enum" && typeof value === "string" ? words(value) : plain(value);
  }
}

function styleOf(field: FieldInfo | null): FormatStyle | null {
  switch (field?.type) {
    case "Decimal":
      return "decimal";
    case "Integer":
      return "integer";
    case "Date":
      return "date";
    case "Time":
      return "time";
    case "DateTime":
      return "dateTime";
    default:
      return null;
  }
}

function plain(value: Json): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** A number or an exact decimal as the formatter takes it, or null. */
export function numeral(value: Json): Intl.StringNumericLiteral | number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return typeof value === "string" && isDecimal(value) ? (value as Intl.StringNumericLiteral) : null;
}

type NumberStyle = "decimal" | "integer" | "currency" | "percent";

function number(value: Json, style: NumberStyle, format: Format, field: FieldInfo | null, locale: string): string | null {
  const given = numeral(value);
  return given === null ? null : formatter(style, format, field, locale).format(given);
}

/** The same with its sign always shown, as the change since before is. */
export function change(value: Json, format: Format, locale: string): string | null {
  const given = numeral(value);
  if (given === null) return null;
  const style = format.style === "currency" || format.style === "percent" || format.style === "integer" ? format.style : "decimal";
  return formatter(style, format, null, locale, { signDisplay: "exceptZero" }).format(given);
}

// Making a formatter takes a hundred times as long as using it, and tables use the same few.
const formatters = new Map<string, Intl.NumberFormat>();
const FORMATTERS_MAX = 200;

function formatter(style: NumberStyle, format: Format, field: FieldInfo | null, locale: string, more: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = JSON.stringify([style, format.currency, format.digits, field?.type === "Decimal" ? field.scale : null, locale, more]);
  const kept = formatters.get(key);
  if (kept !== undefined) return kept;
  if (formatters.size >= FORMATTERS_MAX) formatters.clear();
  const made = new Intl.NumberFormat(locale, { ...digitsOf(style, format, field), ...more });
  formatters.set(key, made);
  return made;
}

function digitsOf(style: NumberStyle, format: Format, field: FieldInfo | null): Intl.NumberFormatOptions {
  const exactly = (digits: number): Intl.NumberFormatOptions => ({ minimumFractionDigits: digits, maximumFractionDigits: digits });
  const own = format.digits === null ? {} : exactly(format.digits);
  if (style === "currency") {
    // A currency nobody named is no currency: the number stands alone.
    return format.currency === null ? { ...exactly(2), ...own } : { style: "currency", currency: format.currency, ...own };
  }
  if (style === "percent") return { style: "percent", maximumFractionDigits: 2, ...own };
  if (style === "integer") return exactly(format.digits ?? 0);
  if (format.digits !== null) return own;
  return field?.type === "Decimal" ? exactly(field.scale) : { maximumFractionDigits: 12 };
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function bytes(value: Json, locale: string): string | null {
  const size = Number(numeral(value) ?? Number.NaN);
  if (!Number.isFinite(size)) return null;
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(Math.abs(size), 1)) / 3), 0), UNITS.length - 1);
  return new Intl.NumberFormat(locale, { style: "unit", unit: UNITS[power] ?? "byte", unitDisplay: power === 0 ? "long" : "short", maximumFractionDigits: 1 }).format(size / 1000 ** power);
}

function moment(value: Json, style: "date" | "time" | "dateTime" | "relative", format: Format, reading: Reading): string | null {
  const instant = typeof value === "string" ? instantOf(value) : null;
  if (instant === null) return null;
  if (format.pattern !== null) return patterned(instant, format.pattern, reading.locale);
  if (style === "relative") return relative(instant.date.getTime() - reading.now, reading.locale);
  const hasDate = style !== "time" && instant.hasDate;
  const hasTime = style !== "date" && instant.hasTime;
  if (!hasDate && !hasTime) return null;
  return new Intl.DateTimeFormat(reading.locale, { ...(hasDate && { dateStyle: "medium" }), ...(hasTime && { timeStyle: "short" }) }).format(instant.date);
}
