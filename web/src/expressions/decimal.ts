/**
 * Exact decimals: an integer coefficient and how many of its digits stand behind the point.
 *
 * Sums, differences and products are exact and keep their zeros, as in Python: 12.50 stays 12.50.
 * A quotient has 34 significant digits and is rounded half to even, as IEEE 754 decimal128 says and
 * Python's `decimal` does at that precision. The digits are bounded: an exponent alone must not
 * make a number that fills the memory. (big.js drops the zeros, and in the interpreter that
 * the server runs the total of an order takes a quarter longer with it.)
 */
import { ExpressionError } from "./errors";
import { DECIMAL_DIGITS_MAX, DECIMAL_PLACES_MAX, QUOTIENT_DIGITS } from "./limits";

/** `coefficient / 10 ** scale`; the scale is never negative. */
export class Decimal {
  /** Told by a property and not by its class: that is what is asked of every operand. */
  declare readonly kind: "decimal";

  constructor(
    readonly coefficient: bigint,
    readonly scale: number,
    /** What working on the number costs: nothing up to the digits that sums of money have. */
    readonly steps = 0,
  ) {}
}
Object.defineProperty(Decimal.prototype, "kind", { value: "decimal" });

const TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;
const PLAIN = /^-?\d{1,100}(?:\.\d{1,100})?$/;
const MEDIUM = 10n ** 40n;
const LARGE = 10n ** 300n;
const MEDIUM_NEGATIVE = -MEDIUM;
const COEFFICIENT_MAX = 10n ** BigInt(DECIMAL_DIGITS_MAX);

/** Powers of ten are asked for again and again, and mostly for the same few. */
const powers = new Map<number, bigint>();

function powerOfTen(exponent: number): bigint {
  let power = powers.get(exponent);
  if (power === undefined) {
    power = 10n ** BigInt(exponent);
    powers.set(exponent, power);
  }
  return power;
}

/** Reads the plain notation that the server wrote: digits and at most one point. */
export function decimalOfDigits(text: string): Decimal {
  const point = text.indexOf(".");
  if (point < 0) return bounded(BigInt(text), 0);
  const digits = text.slice(0, point) + text.slice(point + 1);
  return bounded(BigInt(digits), digits.length - point);
}

/** Reads `-12.50` or `1e-3`; throws `ExpressionError`. */
export function decimalOfText(text: string): Decimal {
  if (PLAIN.test(text)) return decimalOfDigits(text);
  const found = text.length <= DECIMAL_DIGITS_MAX * 2 ? TEXT.exec(text) : null;
  const [, sign, whole = "", fraction = "", exponent] = found ?? [];
  if (whole === "" && fraction === "") {
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    throw new ExpressionError(
      "expression_value",
      `'${shown}' is no decimal number: write digits and a point, as in '12.50'.`,
    );
  }
  const digits = BigInt(whole + fraction);
  const coefficient = sign === "-" ? -digits : digits;
  return scaled(coefficient, fraction.length - Number(exponent ?? 0));
}

export function decimalOfInteger(value: bigint): Decimal {
  return new Decimal(value, 0);
}

export function add(left: Decimal, right: Decimal): Decimal {
  if (left.scale === right.scale) return bounded(left.coefficient + right.coefficient, left.scale);
  const scale = Math.max(left.scale, right.scale);
  return bounded(atScale(left, scale) + atScale(right, scale), scale);
}

export function subtract(left: Decimal, right: Decimal): Decimal {
  return add(left, negated(right));
}

export function multiply(left: Decimal, right: Decimal): Decimal {
  return bounded(left.coefficient * right.coefficient, left.scale + right.scale);
}

export function negated(value: Decimal): Decimal {
  return new Decimal(-value.coefficient, value.scale, value.steps);
}

export function absolute(value: Decimal): Decimal {
  return value.coefficient < 0n ? negated(value) : value;
}

/** Divides to 34 significant digits, half to even; a quotient that ends sooner is exact. */
export function divide(left: Decimal, right: Decimal): Decimal {
  if (right.coefficient === 0n) throw new ExpressionError("expression_value", "Division by zero.");
  const ideal = left.scale - right.scale;
  if (left.coefficient === 0n) return new Decimal(0n, Math.max(ideal, 0));
  // So much is added that the integer quotient has one digit more than is kept, or two.
  const shift = QUOTIENT_DIGITS + 1 - (digitsOf(left.coefficient) - digitsOf(right.coefficient));
  const dividend = left.coefficient * powerOfTen(Math.max(shift, 0));
  const divisor = right.coefficient * powerOfTen(Math.max(-shift, 0));
  const [quotient, rest] = [dividend / divisor, dividend % divisor];
  let scale = ideal + shift;
  const surplus = digitsOf(quotient) - QUOTIENT_DIGITS;
  let kept = halfEven(quotient, powerOfTen(surplus), rest !== 0n);
  scale -= surplus;
  while (scale > Math.max(ideal, 0) && kept % 10n === 0n) {
    kept /= 10n;
    scale -= 1;
  }
  return scaled(kept, scale);
}

/** The remainder with the dividend's sign, exact. */
export function remainder(left: Decimal, right: Decimal): Decimal {
  if (right.coefficient === 0n) throw new ExpressionError("expression_value", "Division by zero.");
  const scale = Math.max(left.scale, right.scale);
  return bounded(atScale(left, scale) % atScale(right, scale), scale);
}

/** Negative, zero or positive as *left* is below, equal to or above *right*. */
export function compare(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale);
  const [one, other] = [atScale(left, scale), atScale(right, scale)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Rounds to places behind the point, half away from zero; never adds places. */
export function round(value: Decimal, places: number): Decimal {
  if (places >= value.scale) return value;
  const unit = powerOfTen(value.scale - places);
  const half = value.coefficient < 0n ? -unit / 2n : unit / 2n;
  return bounded((value.coefficient + half) / unit, places);
}

/** The integer part: towards zero, down or up. */
export function toInteger(value: Decimal, towards: "zero" | "down" | "up"): bigint {
  const unit = powerOfTen(value.scale);
  const whole = value.coefficient / unit;
  const rest = value.coefficient % unit;
  if (towards === "up" && rest > 0n) return whole + 1n;
  if (towards === "down" && rest < 0n) return whole - 1n;
  return whole;
}

/** The plain notation with all places that the number has, or with exactly so many. */
export function textOfDecimal(value: Decimal, places = value.scale): string {
  const { coefficient, scale } = round(value, places);
  const sign = coefficient < 0n ? "-" : "";
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  const fraction = digits.slice(point).padEnd(places, "0");
  return `${sign}${digits.slice(0, point)}${fraction === "" ? "" : `.${fraction}`}`;
}

function atScale(value: Decimal, scale: number): bigint {
  return scale === value.scale ? value.coefficient : value.coefficient * powerOfTen(scale - value.scale);
}

function digitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString().length;
}

/** Divides by a power of ten, half to even; *isMore*: something follows the last digit. */
function halfEven(value: bigint, unit: bigint, isMore: boolean): bigint {
  const [whole, rest] = [value / unit, value % unit];
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const isUp = twice > unit || (twice === unit && (isMore || whole % 2n !== 0n));
  return isUp ? whole + (value < 0n ? -1n : 1n) : whole;
}

/** A number of any scale; what is written with an exponent is judged before it is spread out. */
function scaled(coefficient: bigint, scale: number): Decimal {
  if (scale >= 0) return bounded(coefficient, scale);
  if (-scale > DECIMAL_DIGITS_MAX) throw tooLong();
  return bounded(coefficient * powerOfTen(-scale), 0);
}

function bounded(coefficient: bigint, scale: number): Decimal {
  if (scale > DECIMAL_PLACES_MAX) throw tooLong();
  if (coefficient < MEDIUM && coefficient > MEDIUM_NEGATIVE) return new Decimal(coefficient, scale);
  if (coefficient < LARGE && coefficient > -LARGE) return new Decimal(coefficient, scale, 8);
  if (coefficient >= COEFFICIENT_MAX || coefficient <= -COEFFICIENT_MAX) throw tooLong();
  return new Decimal(coefficient, scale, 64);
}

function tooLong(): ExpressionError {
  return new ExpressionError(
    "expression_limit",
    `A decimal may have ${String(DECIMAL_DIGITS_MAX)} digits, ${String(DECIMAL_PLACES_MAX)} of them behind its point.`,
  );
}
