/**
 * Functions by their signatures: `string.contains(string): bool`, `list<T>.first(): T`.
 *
 * One table serves the checker, which looks a signature up by types, and the evaluator, which looks
 * it up by the kinds of values. `dyn` takes anything, `T` anything and remembers it, `decimal` an
 * integer too.
 */
import { Decimal, decimalOfInteger } from "./decimal";
import { ExpressionError, suggestion, type Range } from "./errors";
import { BOOL, DYN, isOpen, labelOf, listOf, unify, type Schema, type Type } from "./types";
import { KIND_LABELS, kindOf, type Spend, type Value } from "./values";

/** What a function may use besides its arguments. */
export interface Tools {
  readonly spend: Spend;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * A function's work. The table knows what kinds its arguments have, the compiler does not: `never`
 * lets every function name the types it was registered with. (Arguments one by one and not as an
 * array: taking arrays apart is what costs most in the server's interpreter.)
 */
export type Run = (tools: Tools, first: never, second: never, third: never) => Value;

interface Overload {
  readonly parameters: readonly Type[];
  /** The names of the parameters' types, which values are held against. */
  readonly kinds: readonly string[];
  readonly result: Type;
  readonly run: Run;
}

/** A function or method of one name and number of arguments. */
export interface Resolved {
  readonly name: string;
  readonly isMethod: boolean;
  readonly overloads: readonly Overload[];
}

/** How a function is written, for people who look for it; a method's target comes first. */
export interface Signature {
  readonly name: string;
  readonly isMethod: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
}

const VARIABLE: Type = { name: "T" };

/** A table of functions and methods; a method's target is its first parameter. */
export class Functions {
  private readonly overloads = new Map<string, Overload[]>();
  private readonly names = new Set<string>();

  define(signature: string, run: Run): void {
    const match = /^(?:([\w<>]+)\.)?(\w+)\((.*)\): (.+)$/.exec(signature);
    if (!match) throw new Error(`no signature: ${signature}`);
    const [, target, name = "", parameters = "", result = ""] = match;
    const types = [...(target ? [target] : []), ...parameters.split(", ").filter(Boolean)];
    const key = keyOf(name, target !== undefined, types.length);
    const parsed = types.map(typeOf);
    const kinds = parsed.map((type) => type.name);
    const overload = { parameters: parsed, kinds, result: typeOf(result), run };
    this.overloads.set(key, [...(this.overloads.get(key) ?? []), overload]);
    this.names.add(name);
  }

  /** All signatures, those of one name together. */
  signatures(): readonly Signature[] {
    return [...this.overloads].flatMap(([key, overloads]) => {
      const [name = "", form] = key.split(" ");
      return overloads.map(({ parameters, result }) => ({ name, isMethod: form === "of", parameters, result }));
    });
  }

  /** Returns the type of a call; throws `ExpressionError` if no signature fits. */
  check(name: string, isMethod: boolean, given: readonly Type[], schema: Schema): Type {
    const results: Type[] = [];
    for (const overload of this.resolve(name, isMethod, given.length, null).overloads) {
      const result = resultOf(overload, given);
      if (result) results.push(result);
    }
    const [first] = results;
    if (!first) throw this.mismatch(name, given.map((type) => labelOf(type, schema)), isMethod);
    const isCertain = results.every((result) => result.name === first.name);
    return isCertain ? first : DYN;
  }

  /** Returns the function of this name and form; throws `ExpressionError` if there is none. */
  resolve(name: string, isMethod: boolean, count: number, range: Range | null): Resolved {
    const overloads = this.overloads.get(keyOf(name, isMethod, count));
    if (!overloads) throw this.unknown(name, isMethod, range);
    return { name, isMethod, overloads };
  }

  /** Calls the overload that these values fit; throws `ExpressionError`. */
  call({ name, isMethod, overloads }: Resolved, values: Value[], tools: Tools): Value {
    for (const { kinds, run } of overloads) {
      if (!fit(kinds, values, tools.spend)) continue;
      return run(tools, values[0] as never, values[1] as never, values[2] as never);
    }
    throw this.mismatch(name, values.map((value) => KIND_LABELS[kindOf(value)] ?? ""), isMethod);
  }

  private unknown(name: string, isMethod: boolean, range: Range | null): ExpressionError {
    if (!this.names.has(name)) {
      const hint = suggestion(name, this.names);
      return new ExpressionError("expression_name", `There is no function '${name}'.${hint}`, range);
    }
    const forms = [...this.overloads.keys()].filter((key) => key.startsWith(`${name} `));
    const hasThisForm = forms.some((key) => key.startsWith(keyOf(name, isMethod, 0).slice(0, -1)));
    const example = isMethod ? `${name}(x)` : `x.${name}()`;
    return new ExpressionError(
      "expression_type",
      hasThisForm
        ? `${name}() does not take this number of arguments.`
        : `${name} is called in another form: ${example}.`,
      range,
    );
  }

  private mismatch(name: string, labels: readonly string[], isMethod: boolean): ExpressionError {
    const isValue = labels.includes("null");
    const code = isValue ? "expression_value" : "expression_type";
    const [target, ...rest] = labels;
    const text = isMethod
      ? `${String(target)} has no ${name}(${rest.join(", ")})`
      : `${name}() does not take ${labels.join(", ") || "nothing"}`;
    return new ExpressionError(code, `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
  }
}

function keyOf(name: string, isMethod: boolean, count: number): string {
  return `${name} ${isMethod ? "of" : "on"} ${String(count)}`;
}

function typeOf(text: string): Type {
  const list = /^list<(.+)>$/.exec(text);
  if (list?.[1]) return listOf(typeOf(list[1]));
  if (text === "list") return listOf(DYN);
  return text === "T" ? VARIABLE : text === "bool" ? BOOL : { name: text };
}

function takes(wanted: string, kind: string): boolean {
  return (
    wanted === kind || wanted === "dyn" || wanted === "T" || (wanted === "decimal" && kind === "int")
  );
}

/** Whether the values are of these kinds; integers among them become the decimals that are wanted. */
function fit(kinds: readonly string[], values: Value[], spend: Spend): boolean {
  for (let at = 0; at < kinds.length; at++) {
    const wanted = kinds[at] ?? "";
    const kind = kindOf(values[at] ?? null);
    if (wanted !== kind && !takes(wanted, kind)) return false;
  }
  for (let at = 0; at < kinds.length; at++) {
    const value = values[at];
    if (kinds[at] === "decimal" && typeof value === "bigint") values[at] = decimalOfInteger(value);
    else if (value instanceof Decimal && value.steps > 0) spend(value.steps);
  }
  return true;
}

/** Returns the result's type if the given types fit, else null. */
function resultOf(overload: Overload, given: readonly Type[]): Type | null {
  let bound: Type | null = null;
  const fits = (wanted: Type, type: Type): boolean => {
    if (wanted.name === "T") {
      const joined = bound ? unify(bound, type) : type;
      if (joined) bound = joined;
      return joined !== null;
    }
    // Null is a value of every type until it is known not to be.
    if (isOpen(type)) return true;
    if (wanted.name === "map" && type.name === "object") return true;
    if (!takes(wanted.name, type.name)) return false;
    return wanted.name !== "list" || fits(wanted.element ?? DYN, type.element ?? DYN);
  };
  if (!overload.parameters.every((type, index) => fits(type, given[index] ?? DYN))) return null;
  return substitute(overload.result, bound ?? DYN);
}

function substitute(type: Type, bound: Type): Type {
  if (type.name === "T") return bound;
  return type.element ? listOf(substitute(type.element, bound)) : type;
}
