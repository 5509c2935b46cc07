/**
 * Values as JSON that loses nothing, between the server and this engine.
 *
 * Null, true, false and texts are themselves; a JSON number is an integer, and an array a list.
 * Everything else is an object of one key that says what it is: `i` an integer beyond 2^53, `f` a
 * double, `d` a decimal (its digits, or where they are few its coefficient and scale), `t` a
 * timestamp and `u` a duration in milliseconds, `m` a map as an array
 * of keys and values, `r` a record as [id, model, {fields}]. The server's twin is `codec.py`.
 */
import { Decimal, decimalOfDigits, textOfDecimal } from "./decimal";
import { ExpressionError } from "./errors";
import { Duration, RecordValue, Timestamp, type FieldSource, type Value } from "./values";

export type Wire =
  | null
  | boolean
  | number
  | string
  | readonly Wire[]
  | { readonly [kind: string]: Wire };

/** Fields that are decoded when they are read: most of a record never is. */
class WireFields implements FieldSource {
  /** Only what is large is kept: a record's list may be read more than once. */
  private lists: Map<string, Value> | null = null;

  constructor(readonly wire: Readonly<Record<string, Wire>>) {}

  get(name: string): Value | undefined {
    if (!Object.hasOwn(this.wire, name)) return undefined;
    const wire = this.wire[name] ?? null;
    if (!isArray(wire)) return decode(wire);
    const known = this.lists?.get(name);
    if (known !== undefined) return known;
    const value = wire.map(decode);
    this.lists ??= new Map();
    this.lists.set(name, value);
    return value;
  }
}

/** Returns the value of what the server wrote. */
export function decode(wire: Wire): Value {
  if (typeof wire === "string") return wire;
  if (typeof wire === "number") return BigInt(wire);
  if (typeof wire !== "object" || wire === null) return wire;
  return isArray(wire) ? wire.map(decode) : decodeTagged(wire as Tagged);
}

function isArray(wire: Wire): wire is readonly Wire[] {
  return Array.isArray(wire);
}

/** An object with one of these keys; asking for each is what costs the interpreter least. */
interface Tagged {
  readonly d?: string | readonly [coefficient: number, scale: number];
  readonly r?: readonly [id: string, model: string, fields: Readonly<Record<string, Wire>>];
  readonly t?: number;
  readonly m?: readonly Wire[];
  readonly i?: string;
  readonly f?: string;
  readonly u?: number;
}

function decodeTagged(wire: Tagged): Value {
  if (wire.d !== undefined) {
    if (typeof wire.d === "string") return decimalOfDigits(wire.d);
    return new Decimal(BigInt(wire.d[0]), wire.d[1]);
  }
  if (wire.r !== undefined) return new RecordValue(wire.r[0], wire.r[1], new WireFields(wire.r[2]));
  if (wire.t !== undefined) return new Timestamp(wire.t);
  if (wire.m !== undefined) return decodeMap(wire.m);
  if (wire.i !== undefined) return BigInt(wire.i);
  if (wire.f !== undefined) return Number(wire.f);
  if (wire.u !== undefined) return new Duration(wire.u);
  throw new ExpressionError("expression_internal", "The server wrote an unknown kind of value.");
}

function decodeMap(content: readonly Wire[]): Value {
  const made = new Map<string, Value>();
  for (let index = 0; index + 1 < content.length; index += 2) {
    made.set(content[index] as string, decode(content[index + 1] ?? null));
  }
  return made;
}

/** Returns what the server reads. What was evaluated is not too large for this. */
export function encode(value: Value): Wire {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { i: value.toString() };
  }
  if (typeof value === "number") return { f: String(value) };
  if (value instanceof Decimal) return { d: textOfDecimal(value) };
  if (value instanceof Timestamp) return { t: value.milliseconds };
  if (value instanceof Duration) return { u: value.milliseconds };
  if (value instanceof RecordValue) {
    const fields = value.fields instanceof WireFields ? value.fields.wire : {};
    return { r: [value.id, value.model, fields] };
  }
  if (value instanceof Map) {
    const parts: Wire[] = [];
    for (const [key, item] of value as ReadonlyMap<string, Value>) parts.push(key, encode(item));
    return { m: parts };
  }
  return (value as readonly Value[]).map(encode);
}
