/**
 * The values that expressions work on.
 *
 * Integers are BigInt and numbers are doubles, so that 1 and 1.0 differ. Dates and times of day are
 * ISO texts. Maps are `Map`s: no name in them can reach into an object's prototype.
 */
import { compare, Decimal } from "./decimal";
import { ExpressionError } from "./errors";
import { COMPARISON_STEPS, VALUE_DEPTH_MAX } from "./limits";

/** A moment in UTC, in milliseconds since 1970. */
export class Timestamp {
  declare readonly kind: "timestamp";

  constructor(readonly milliseconds: number) {}
}

/** A length of time in whole milliseconds. */
export class Duration {
  declare readonly kind: "duration";

  constructor(readonly milliseconds: number) {}
}

/** Where a record's fields come from: a `Map`, or something that reads them when asked. */
export interface FieldSource {
  get(name: string): Value | undefined;
}

/** A record or a reference; what is null or missing in `fields` is absent. */
export class RecordValue {
  declare readonly kind: "record";

  constructor(
    readonly id: string,
    /** The data model's id. */
    readonly model: string,
    readonly fields: FieldSource,
  ) {}

  get(name: string): Value {
    return this.fields.get(name) ?? (name === "id" ? this.id : null);
  }
}

// One for all values of a class: a property of each would make every value larger.
Object.defineProperty(Timestamp.prototype, "kind", { value: "timestamp" });
Object.defineProperty(Duration.prototype, "kind", { value: "duration" });
Object.defineProperty(RecordValue.prototype, "kind", { value: "record" });

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Decimal
  | Timestamp
  | Duration
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | RecordValue;

export type KindName =
  | "null"
  | "bool"
  | "int"
  | "double"
  | "string"
  | "decimal"
  | "timestamp"
  | "duration"
  | "list"
  | "map"
  | "record";

export function kindOf(value: Value): KindName {
  if (typeof value === "object") {
    if (value === null) return "null";
    if (isList(value)) return "list";
    const { kind } = value as { readonly kind?: KindName };
    if (kind !== undefined) return kind;
    if (value instanceof Map) return "map";
  }
  switch (typeof value) {
    case "string":
      return "string";
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    case "number":
      return "double";
  }
  throw new ExpressionError("expression_internal", "The context holds no value.");
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** What a kind of value is called in messages. */
export const KIND_LABELS: Readonly<Record<string, string>> = {
  null: "null",
  bool: "true or false",
  int: "an integer",
  double: "a floating-point number",
  string: "a text",
  decimal: "a decimal",
  timestamp: "a timestamp",
  duration: "a duration",
  list: "a list",
  map: "a map",
  record: "a record",
  object: "a map",
  dyn: "any value",
};

export const MIXED_NUMBERS =
  "Exact decimals do not mix with floating-point numbers: write decimal('0.95') instead of 0.95.";

/** Counts the work of going through values; throws `ExpressionError` when there is too much. */
export type Spend = (steps: number) => void;

/**
 * Whether two values are equal. Numbers are compared exactly whatever their kind; a record equals
 * its id. Values of kinds that have nothing in common differ.
 */
export function isEqual(left: Value, right: Value, spend: Spend, depth = 0): boolean {
  if (left === right) return true;
  // Of two scalars of one type JavaScript has just said it.
  if (typeof left === typeof right && typeof left !== "object") return false;
  spend(COMPARISON_STEPS);
  if (depth > VALUE_DEPTH_MAX) {
    throw new ExpressionError("expression_limit", "These values are nested too deeply.");
  }
  if (left === null || right === null) return false;
  const one = kindOf(left);
  const other = kindOf(right);
  if (one === "record" || other === "record") return idOf(left) === idOf(right);
  if (one !== other) return isEqualNumber(left, right);
  switch (one) {
    case "decimal":
      return compare(left as Decimal, right as Decimal) === 0;
    case "timestamp":
    case "duration":
      return (left as Timestamp).milliseconds === (right as Timestamp).milliseconds;
    case "list":
      return isEqualList(left as readonly Value[], right as readonly Value[], spend, depth);
    case "map":
      return isEqualMap(left as Map<string, Value>, right as Map<string, Value>, spend, depth);
    default:
      return false;
  }
}

function idOf(value: Value): Value | undefined {
  if (value instanceof RecordValue) return value.id;
  return typeof value === "string" ? value : undefined;
}

function isEqualNumber(left: Value, right: Value): boolean {
  // Comparing a BigInt to a number is exact in JavaScript.
  if (typeof left === "bigint" && typeof right === "number") return Number(left) === right && BigInt(right) === left;
  if (typeof left === "number" && typeof right === "bigint") return isEqualNumber(right, left);
  if (right instanceof Decimal) return isEqualNumber(right, left);
  if (!(left instanceof Decimal)) return false;
  if (typeof right === "number") throw new ExpressionError("expression_type", MIXED_NUMBERS);
  return typeof right === "bigint" && compare(left, new Decimal(right, 0)) === 0;
}

function isEqualList(
  left: readonly Value[],
  right: readonly Value[],
  spend: Spend,
  depth: number,
): boolean {
  if (left.length !== right.length) return false;
  return left.every((item, index) => isEqual(item, right[index] ?? null, spend, depth + 1));
}

function isEqualMap(
  left: ReadonlyMap<string, Value>,
  right: ReadonlyMap<string, Value>,
  spend: Spend,
  depth: number,
): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !isEqual(value, other, spend, depth + 1)) return false;
  }
  return true;
}

/** Compares texts by code point, as SQL and Python do; JavaScript's `<` compares code units. */
export function compareTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    let one = left.charCodeAt(at);
    let other = right.charCodeAt(at);
    if (one === other) continue;
    // Surrogates stand for code points above all others.
    if (one >= 0xd800 && other >= 0xd800) {
      if (one >= 0xe000) one -= 0x800;
      else one += 0x2000;
      if (other >= 0xe000) other -= 0x800;
      else other += 0x2000;
    }
    return one - other;
  }
  return left.length - right.length;
}
