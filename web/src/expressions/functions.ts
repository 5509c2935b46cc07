/**
 * The functions of expressions: conversions, numbers and lists. Texts and times have their own.
 *
 * What ignores null (`sum`, `min`, `max`, `average`, `join`) does so as SQL does, so that a filter
 * and a total are the same whether the database or this engine works them out.
 */
import * as decimal from "./decimal";
import { Decimal } from "./decimal";
import { ExpressionError } from "./errors";
import { DECIMAL_PLACES_MAX } from "./limits";
import { binary, integer } from "./operators";
import { Functions, type Tools } from "./overloads";
import { defineTexts } from "./texts";
import { defineTimes, textOfDuration, textOfTimestamp } from "./times";
import { Duration, RecordValue, Timestamp, type Value } from "./values";

const plus = binary("+");

/** Every function and method. */
export const FUNCTIONS = new Functions();

defineConversions(FUNCTIONS);
defineNumbers(FUNCTIONS);
defineLists(FUNCTIONS);
defineTexts(FUNCTIONS);
defineTimes(FUNCTIONS);

/** The plain text of a scalar: decimals with all their places, times as ISO 8601. */
export function textOf(value: Value): string {
  if (value instanceof Decimal) return decimal.textOfDecimal(value);
  if (value instanceof Timestamp) return textOfTimestamp(value);
  if (value instanceof Duration) return textOfDuration(value);
  if (value instanceof RecordValue) return value.id;
  return String(value);
}

function defineConversions(functions: Functions): void {
  functions.define("decimal(decimal): decimal", (_, value: Value) => value);
  functions.define("decimal(string): decimal", (tools, text: string) => {
    tools.spend(text.length >> 4);
    return decimal.decimalOfText(text);
  });
  functions.define("decimal(double): decimal", (_, value: number) => decimalOfDouble(value));
  functions.define("int(int): int", (_, value: Value) => value);
  functions.define("int(decimal): int", (_, value: Decimal) => integerOf(value));
  functions.define("int(double): int", (_, value: number) => integerOf(decimalOfDouble(value)));
  functions.define("int(string): int", (_, text: string) => integerOfText(text));
  functions.define("int(timestamp): int", (_, value: Timestamp) =>
    BigInt(Math.floor(value.milliseconds / 1000)),
  );
  functions.define("double(double): double", (_, value: Value) => value);
  functions.define("double(int): double", (_, value: bigint) => Number(value));
  functions.define("double(decimal): double", (_, value: Decimal) => Number(textOf(value)));
  functions.define("double(string): double", (_, text: string) =>
    Number(textOf(decimal.decimalOfText(text))),
  );
  functions.define("bool(bool): bool", (_, value: Value) => value);
  functions.define("bool(string): bool", (_, text: string) => booleanOf(text));
  for (const type of ["string", "bool", "int", "double", "decimal", "timestamp", "duration", "record"]) {
    functions.define(`string(${type}): string`, (_, value: Value) => textOf(value));
  }
  functions.define("coalesce(T, T): T", (_, one: Value, other: Value) => one ?? other);
  functions.define("coalesce(T, T, T): T", (_, one: Value, other: Value, last: Value) => {
    return one ?? other ?? last;
  });
}

/** A double is taken at its shortest decimal notation: the one in which people wrote it. */
function decimalOfDouble(value: number): Decimal {
  if (Number.isFinite(value)) return decimal.decimalOfText(String(value));
  throw new ExpressionError("expression_value", "There is no exact number for this double.");
}

function integerOf(value: Decimal): bigint {
  return integer(decimal.toInteger(value, "zero"));
}

function integerOfText(value: string): bigint {
  if (/^-?\d{1,19}$/.test(value)) return integer(BigInt(value));
  throw new ExpressionError("expression_value", "int() needs digits only, as in '12'.");
}

function booleanOf(value: string): boolean {
  if (value === "true" || value === "false") return value === "true";
  throw new ExpressionError("expression_value", "bool() needs 'true' or 'false'.");
}

function defineNumbers(functions: Functions): void {
  functions.define("abs(int): int", (_, value: bigint) => integer(value < 0n ? -value : value));
  functions.define("abs(decimal): decimal", (_, value: Decimal) => decimal.absolute(value));
  functions.define("abs(double): double", (_, value: number) => Math.abs(value));
  functions.define("floor(decimal): int", (_, value: Decimal) => integer(decimal.toInteger(value, "down")));
  functions.define("ceil(decimal): int", (_, value: Decimal) => integer(decimal.toInteger(value, "up")));
  functions.define("floor(double): int", (_, value: number) => integerOf(decimalOfDouble(Math.floor(value))));
  functions.define("ceil(double): int", (_, value: number) => integerOf(decimalOfDouble(Math.ceil(value))));
  functions.define("round(decimal): decimal", (_, value: Decimal) => decimal.round(value, 0));
  functions.define("round(decimal, int): decimal", (_, value: Decimal, places: bigint) =>
    decimal.round(value, placesOf(places)),
  );
  functions.define("fixed(decimal, int): string", (_, value: Decimal, places: bigint) =>
    decimal.textOfDecimal(value, placesOf(places)),
  );
  for (const type of ["int", "decimal", "double", "string", "timestamp", "duration"]) {
    for (const [name, operator] of [["min", "<"], ["max", ">"]] as const) {
      functions.define(`${name}(${type}, ${type}): ${type}`, (tools, one: Value, other: Value) =>
        least([one, other], operator, tools),
      );
    }
  }
}

function placesOf(places: bigint): number {
  if (places >= 0n && places <= BigInt(DECIMAL_PLACES_MAX)) return Number(places);
  throw new ExpressionError("expression_value", "The number of decimal places is out of range.");
}

function defineLists(functions: Functions): void {
  const size = (_: Tools, value: string | readonly Value[] | ReadonlyMap<string, Value>): bigint => {
    if (typeof value === "string") return BigInt(lengthOf(value));
    return BigInt(value instanceof Map ? value.size : (value as readonly Value[]).length);
  };
  for (const type of ["string", "list", "map"]) {
    functions.define(`size(${type}): int`, size);
    functions.define(`${type}.size(): int`, size);
  }
  for (const name of ["sum", "average", "min", "max"]) {
    for (const form of [`${name}(list<T>): T`, `list<T>.${name}(): T`]) {
      functions.define(form, (tools, items: readonly Value[]) => aggregate(name, items, tools));
    }
  }
  functions.define("list<T>.first(): T", (_, items: readonly Value[]) => items[0] ?? null);
  functions.define("list<T>.last(): T", (_, items: readonly Value[]) => items.at(-1) ?? null);
}

/** The number of code points, which is what people count as characters. */
function lengthOf(text: string): number {
  let count = text.length;
  for (let at = 0; at + 1 < text.length; at++) {
    if (text.codePointAt(at) !== text.charCodeAt(at)) count -= 1;
  }
  return count;
}

function aggregate(name: string, items: readonly Value[], tools: Tools): Value {
  tools.spend(items.length);
  const values = items.filter((item) => item !== null);
  if (name === "min") return least(values, "<", tools);
  if (name === "max") return least(values, ">", tools);
  let total: Value = 0n;
  for (const value of values) total = plus(total, numeric(value, name), tools);
  if (name === "sum") return total;
  if (values.length === 0) return null;
  if (typeof total === "number") return total / values.length;
  const sum = typeof total === "bigint" ? decimal.decimalOfInteger(total) : (total as Decimal);
  return decimal.divide(sum, decimal.decimalOfInteger(BigInt(values.length)));
}

function numeric(value: Value, name: string): Value {
  if (value instanceof Decimal || typeof value === "bigint" || typeof value === "number") return value;
  throw new ExpressionError("expression_type", `${name}() needs a list of numbers.`);
}

const COMPARISONS = { "<": binary("<"), ">": binary(">") };

function least(values: readonly Value[], operator: "<" | ">", tools: Tools): Value {
  let best: Value = null;
  for (const value of values) {
    if (best === null || COMPARISONS[operator](value, best, tools) === true) best = value;
  }
  return best;
}
