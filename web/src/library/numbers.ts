/**
 * Numbers in the reader's notation and as exact decimals.
 *
 * A decimal is a string such as `-1234.50`. It never becomes a binary number on its way between
 * the page and the server; `Intl.NumberFormat` takes it as it is.
 */
const PLAIN = /^-?\d+(\.\d+)?$/u;
/** More digits than any field keeps; a longer text is a mistake or an attack on the formatter. */
const DIGITS_MAX = 60;

/** Whether the text is an exact decimal in the wire's notation. */
export function isDecimal(text: string): boolean {
  return text.length <= DIGITS_MAX && PLAIN.test(text);
}

/** The decimal without superfluous zeros before its digits, and without a negative zero. */
export function canonical(decimal: string): string {
  const isNegative = decimal.startsWith("-");
  const [whole = "", fraction] = decimal.replace("-", "").split(".");
  const digits = whole.replace(/^0+(?=\d)/u, "") + (fraction === undefined ? "" : `.${fraction}`);
  return isNegative && /[1-9]/u.test(digits) ? `-${digits}` : digits;
}

interface Notation {
  readonly decimal: string;
  readonly group: string;
  readonly digits: readonly string[];
}

/** How a language separates and draws its digits. */
export function notationOf(locale: string): Notation {
  const parts = new Intl.NumberFormat(locale).formatToParts(-12345678.9);
  const part = (type: string): string | undefined => parts.find((found) => found.type === type)?.value;
  const digits = Array.from({ length: 10 }, (_, digit) => new Intl.NumberFormat(locale, { useGrouping: false }).format(digit));
  return { decimal: part("decimal") ?? ".", group: part("group") ?? ",", digits };
}

/**
 * The exact decimal that a reader meant, or null.
 *
 * Spaces and apostrophes group digits everywhere. A separator of the language groups only where
 * groups can be: `1.5` is one and a half for a German reader too, `1.500` is not.
 */
export function parseDecimal(text: string, locale: string): string | null {
  if (text.length > DIGITS_MAX * 2) return null;
  const { decimal, group, digits } = notationOf(locale);
  const latin = [...text.normalize("NFC")].map((character) => {
    const digit = digits.indexOf(character);
    return digit < 0 ? character : String(digit);
  }).join("");
  const bare = latin.replace(/[\s\u00a0\u202f\u2009'’\u200e\u200f\u061c]/gu, "").replace(/^[−–﹣-]/u, "-").replace(/^\+/u, "");
  const sign = bare.startsWith("-") ? "-" : "";
  const number = bare.slice(sign.length);
  const separated = separate(number, decimal, group);
  if (separated === null) return null;
  const result = `${sign}${separated}`;
  return isDecimal(result) ? canonical(result) : null;
}

function separate(number: string, decimal: string, group: string): string | null {
  const separators = [...number].filter((character) => !/\d/u.test(character));
  if (separators.some((character) => character !== "." && character !== "," && character !== decimal && character !== group)) return null;
  const at = number.lastIndexOf(decimal);
  const whole = at < 0 ? number : number.slice(0, at);
  const fraction = at < 0 ? "" : number.slice(at + decimal.length);
  if (fraction !== "" && !/^\d+$/u.test(fraction)) return null;
  if (isGrouped(whole, group)) return joined(whole.replaceAll(group, ""), fraction);
  // One foreign point or comma that cannot group anything is a decimal point.
  if (at < 0 && separators.length === 1 && separators[0] !== undefined) return number.replace(separators[0], ".").replace(/^\./u, "0.");
  return null;
}

function isGrouped(whole: string, group: string): boolean {
  if (/^\d*$/u.test(whole)) return true;
  const groups = whole.split(group);
  const [first = "", ...rest] = groups;
  // Indian notation groups by two, but the last group always has three digits.
  return rest.length > 0 && /^\d{1,3}$/u.test(first) && rest.at(-1)?.length === 3 && rest.every((part) => /^\d{2,3}$/u.test(part));
}

function joined(whole: string, fraction: string): string {
  return fraction === "" ? whole : `${whole === "" ? "0" : whole}.${fraction}`;
}

/** Moves the decimal point; percents are typed a hundred times as large as they are kept. */
export function shifted(decimal: string, places: number): string {
  const isNegative = decimal.startsWith("-");
  const [whole = "0", fraction = ""] = decimal.replace("-", "").split(".");
  const padded = places >= 0 ? fraction.padEnd(places, "0") : fraction;
  const lead = places < 0 ? whole.padStart(1 - places, "0") : whole;
  const digits = lead + padded;
  const point = lead.length + places;
  const moved = point >= digits.length ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return canonical(`${isNegative ? "-" : ""}${moved}`);
}

/** Less than, equal to or greater than zero as a comes before, with or after b. */
export function compareDecimals(a: string, b: string): number {
  const places = Math.max(placesOf(a), placesOf(b));
  const whole = (decimal: string): bigint => BigInt(shifted(decimal, places).split(".")[0] ?? "0");
  const difference = whole(a) - whole(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** How many digits stand behind the point. */
export function placesOf(decimal: string): number {
  return decimal.split(".")[1]?.length ?? 0;
}

/** The decimal as a reader types it: with the language's point and without groups. */
export function editable(decimal: string, locale: string): string {
  const { decimal: point, digits } = notationOf(locale);
  return [...decimal].map((character) => (character === "." ? point : /\d/u.test(character) ? (digits[Number(character)] ?? character) : character)).join("");
}
