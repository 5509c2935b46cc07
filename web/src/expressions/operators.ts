/**
 * Operators by the kinds of their operands: one table for the checker and the evaluator.
 *
 * Integers have 64 bits, as CEL says; what does not fit is an error, never a wrong number. Between
 * exact decimals and floating-point numbers there is no operator.
 */
import * as decimal from "./decimal";
import { Decimal } from "./decimal";
import { ExpressionError } from "./errors";
import { LIST_ITEMS_MAX, TEXT_UNITS_MAX } from "./limits";
import type { Tools } from "./overloads";
import {
  compareTexts,
  Duration,
  isEqual,
  KIND_LABELS,
  kindOf,
  MIXED_NUMBERS,
  RecordValue,
  Timestamp,
  type Value,
} from "./values";

type Apply = (left: never, right: never, tools: Tools) => Value;

interface Operator {
  readonly result: string;
  readonly apply: Apply;
}

const INT_MAX = 9223372036854775807n;
const INT_MIN = -INT_MAX - 1n;
const TIMESTAMP_MIN = -62135596800000;
const TIMESTAMP_MAX = 253402300799999;

/** The operators by `left operator right`. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...arithmetic(),
  ...joining(),
  ...moments(),
  ...comparisons(),
]);

/** The same by operator, left kind and right kind: no key has to be made while evaluating. */
const TABLES = tables();

function tables(): ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, Operator>>> {
  const made = new Map<string, Map<string, Map<string, Operator>>>();
  for (const [key, operator] of OPERATORS) {
    const [left = "", name = "", right = ""] = key.split(" ");
    const byLeft = made.get(name) ?? new Map<string, Map<string, Operator>>();
    const byRight = byLeft.get(left) ?? new Map<string, Operator>();
    made.set(name, byLeft.set(left, byRight.set(right, operator)));
  }
  return made;
}

/** Throws unless an integer fits into 64 bits. */
export function integer(value: bigint): bigint {
  if (value <= INT_MAX && value >= INT_MIN) return value;
  throw new ExpressionError("expression_value", "The integer is too large: use decimal(…).");
}

/** A moment within the years 1 to 9999. */
export function moment(milliseconds: number): Timestamp {
  if (milliseconds >= TIMESTAMP_MIN && milliseconds <= TIMESTAMP_MAX) {
    return new Timestamp(Math.trunc(milliseconds));
  }
  throw new ExpressionError("expression_value", "This is no moment in the years 1 to 9999.");
}

/** A length of time that a moment could be moved by. */
export function lengthOfTime(milliseconds: number): Duration {
  if (Math.abs(milliseconds) <= TIMESTAMP_MAX - TIMESTAMP_MIN) {
    return new Duration(Math.trunc(milliseconds));
  }
  throw new ExpressionError("expression_value", "The duration is longer than 10,000 years.");
}

export type Binary = (left: Value, right: Value, tools: Tools) => Value;

/** Returns what an operator does; that throws `ExpressionError`. */
export function binary(name: string): Binary {
  if (name === "==") return (left, right, tools) => isEqual(left, right, tools.spend);
  if (name === "!=") return (left, right, tools) => !isEqual(left, right, tools.spend);
  if (name === "in") return isMember;
  const table = TABLES.get(name);
  const integers = table?.get("int")?.get("int")?.apply as Binary | undefined;
  const decimals = table?.get("decimal")?.get("decimal")?.apply as Binary | undefined;
  return (left, right, tools) => {
    // Nearly all operands are these; to ask for them first halves the time.
    if (integers && typeof left === "bigint" && typeof right === "bigint") {
      return integers(left, right, tools);
    }
    if (decimals && left instanceof Decimal && right instanceof Decimal) {
      return decimals(left, right, tools);
    }
    const one = kindOf(left);
    const other = kindOf(right);
    const operator = table?.get(one)?.get(other);
    if (operator) return operator.apply(left as never, right as never, tools);
    throw mismatch(name, one, other, [label(one), label(other)]);
  };
}

/** Changes the sign; throws `ExpressionError`. */
export function negate(value: Value): Value {
  const kind = kindOf(value);
  switch (kind) {
    case "int":
      return integer(-(value as bigint));
    case "double":
      return -(value as number);
    case "decimal":
      return decimal.negated(value as Decimal);
    case "duration":
      return new Duration(-(value as Duration).milliseconds);
    default:
      throw new ExpressionError(
        kind === "null" ? "expression_value" : "expression_type",
        `'-' needs a number and not ${label(kind)}.`,
      );
  }
}

const ORDER = new Set(["<", "<=", ">", ">="]);

/** Says why an operator does not go with these kinds, and what would. */
export function mismatch(
  name: string,
  left: string,
  right: string,
  labels: readonly [string, string],
): ExpressionError {
  if (left === "null" || right === "null") {
    const what = ORDER.has(name) ? "compared by order" : `used with '${name}'`;
    const text = `null cannot be ${what}: test it first, as in x != null && x ${name} y.`;
    return new ExpressionError("expression_value", text);
  }
  const pair = new Set([left, right]);
  let text = `'${name}' does not go with ${labels[0]} and ${labels[1]}.`;
  if (pair.has("decimal") && pair.has("double")) text = MIXED_NUMBERS;
  else if (name === "+" && pair.has("string")) text += " To join texts write string(…).";
  else if (pair.has("timestamp") && pair.has("string")) {
    text += " Make a timestamp of the text with timestamp(…).";
  } else if (pair.has("timestamp") && pair.has("int")) {
    text += " Write a length of time as duration('168h').";
  }
  return new ExpressionError("expression_type", text);
}

function isMember(item: Value, container: Value, tools: Tools): boolean {
  if (Array.isArray(container)) {
    return (container as readonly Value[]).some((each) => isEqual(item, each, tools.spend));
  }
  const key = item instanceof RecordValue ? item.id : item;
  if (container instanceof Map) return typeof key === "string" && container.has(key);
  const kind = kindOf(container);
  throw new ExpressionError(
    kind === "null" ? "expression_value" : "expression_type",
    `'in' needs a list or a map on its right and not ${label(kind)}.`,
  );
}

function label(kind: string): string {
  return KIND_LABELS[kind] ?? kind;
}

function* arithmetic(): Generator<[string, Operator]> {
  const integers: Record<string, (a: bigint, b: bigint) => bigint> = {
    "+": (a, b) => integer(a + b),
    "-": (a, b) => integer(a - b),
    "*": (a, b) => integer(a * b),
    "/": (a, b) => integer(a / notZero(b)),
    "%": (a, b) => a % notZero(b),
  };
  const doubles: Record<string, (a: number, b: number) => number> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
  };
  const decimals: Record<string, (a: Decimal, b: Decimal) => Decimal> = {
    "+": decimal.add,
    "-": decimal.subtract,
    "*": decimal.multiply,
    "/": decimal.divide,
    "%": decimal.remainder,
  };
  for (const [name, apply] of Object.entries(integers)) yield [`int ${name} int`, { result: "int", apply }];
  for (const [name, apply] of Object.entries(doubles)) {
    yield [`double ${name} double`, { result: "double", apply }];
    const numeric = (a: number | bigint, b: number | bigint): number => apply(Number(a), Number(b));
    yield [`int ${name} double`, { result: "double", apply: numeric }];
    yield [`double ${name} int`, { result: "double", apply: numeric }];
  }
  for (const [name, exact] of Object.entries(decimals)) {
    const apply = (a: Decimal | bigint, b: Decimal | bigint, tools: Tools): Decimal => {
      const left = exactOf(a);
      const right = exactOf(b);
      if (left.steps + right.steps > 0) tools.spend(left.steps + right.steps);
      return exact(left, right);
    };
    for (const pair of ["decimal * decimal", "decimal * int", "int * decimal"]) {
      yield [pair.replace("*", name), { result: "decimal", apply }];
    }
  }
}

function notZero(value: bigint): bigint {
  if (value !== 0n) return value;
  throw new ExpressionError("expression_value", "Division by zero.");
}

function exactOf(value: Decimal | bigint): Decimal {
  return typeof value === "bigint" ? decimal.decimalOfInteger(value) : value;
}

function* joining(): Generator<[string, Operator]> {
  const texts = (a: string, b: string, tools: Tools): string => {
    tools.spend((a.length + b.length) >> 4);
    return text(a + b);
  };
  const lists = (a: readonly Value[], b: readonly Value[], tools: Tools): readonly Value[] => {
    tools.spend(a.length + b.length);
    return list([...a, ...b]);
  };
  yield ["string + string", { result: "string", apply: texts }];
  yield ["list + list", { result: "list", apply: lists }];
}

/** Throws unless a text is within its bound. */
export function text(value: string): string {
  if (value.length <= TEXT_UNITS_MAX) return value;
  throw tooLong();
}

export function tooLong(): ExpressionError {
  return new ExpressionError("expression_limit", "The text becomes too long.");
}

/** Throws unless a list is within its bound. */
export function list(items: readonly Value[]): readonly Value[] {
  if (items.length <= LIST_ITEMS_MAX) return items;
  throw new ExpressionError("expression_limit", "The list becomes too long.");
}

function* moments(): Generator<[string, Operator]> {
  type Moment = Timestamp | Duration;
  const sum = (a: Moment, b: Moment): number => a.milliseconds + b.milliseconds;
  const difference = (a: Moment, b: Moment): number => a.milliseconds - b.milliseconds;
  const at = (of: (a: Moment, b: Moment) => number): Operator => ({
    result: "timestamp",
    apply: (a: Moment, b: Moment) => moment(of(a, b)),
  });
  const long = (of: (a: Moment, b: Moment) => number): Operator => ({
    result: "duration",
    apply: (a: Moment, b: Moment) => lengthOfTime(of(a, b)),
  });
  yield ["timestamp + duration", at(sum)];
  yield ["duration + timestamp", at(sum)];
  yield ["timestamp - duration", at(difference)];
  yield ["timestamp - timestamp", long(difference)];
  yield ["duration + duration", long(sum)];
  yield ["duration - duration", long(difference)];
  const times = (a: Moment | bigint, b: Moment | bigint): Duration =>
    lengthOfTime(factor(a) * factor(b));
  yield ["duration * int", { result: "duration", apply: times }];
  yield ["int * duration", { result: "duration", apply: times }];
}

function factor(value: Timestamp | Duration | bigint): number {
  return typeof value === "bigint" ? Number(value) : value.milliseconds;
}

function* comparisons(): Generator<[string, Operator]> {
  const plain = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : a >= b ? 0 : NaN);
  const compare: Record<string, (a: never, b: never) => number> = {
    "int int": plain,
    "double double": plain,
    "int double": plain,
    "double int": plain,
    "decimal decimal": decimal.compare,
    "decimal int": (a: Decimal, b: bigint) => decimal.compare(a, exactOf(b)),
    "int decimal": (a: bigint, b: Decimal) => decimal.compare(exactOf(a), b),
    "string string": compareTexts,
    "timestamp timestamp": (a: Timestamp, b: Timestamp) => a.milliseconds - b.milliseconds,
    "duration duration": (a: Duration, b: Duration) => a.milliseconds - b.milliseconds,
  };
  for (const [pair, of] of Object.entries(compare)) {
    const [left = "", right = ""] = pair.split(" ");
    const yes: Record<string, (order: number) => boolean> = {
      "<": (order) => order < 0,
      "<=": (order) => order <= 0,
      ">": (order) => order > 0,
      ">=": (order) => order >= 0,
    };
    for (const [name, holds] of Object.entries(yes)) {
      const apply: Apply = (a, b) => holds(of(a, b));
      yield [`${left} ${name} ${right}`, { result: "bool", apply }];
    }
  }
}
