/**
 * From tree to value.
 *
 * A tree is compiled to closures once and run many times. There is no fuel in a browser, so the
 * work is counted here: one step a node, for every round of a macro again, and whatever functions
 * add for long texts and lists. Nothing an expression can say recurses deeper than its own tree.
 */
import type { Ast, Call, Macro } from "./ast";
import { ExpressionError, suggestion, type Range } from "./errors";
import { FUNCTIONS } from "./functions";
import { CALL_STEPS, ERROR_STEPS, RESULT_ITEMS_MAX, RESULT_UNITS_MAX, VALUE_DEPTH_MAX } from "./limits";
import { binary, negate } from "./operators";
import type { Tools } from "./overloads";
import { KIND_LABELS, kindOf, RecordValue, type Spend, type Value } from "./values";

/** Where the roots of an expression come from. */
export interface Roots {
  get(name: string): Value | undefined;
  keys(): Iterable<string>;
}

/** How much work is left, for one evaluation or for several. */
export class Budget {
  constructor(private steps: number) {}

  readonly spend = (steps: number): void => {
    this.steps -= steps;
    if (this.steps < 0) {
      throw new ExpressionError("expression_limit", "The expression takes too many steps.");
    }
  };

  get left(): number {
    return Math.max(0, this.steps);
  }
}

interface Frame extends Tools {
  readonly roots: Roots;
  /** The variables of the macros around, by depth. */
  readonly variables: Value[];
}

type Code = (frame: Frame) => Value;

/** An expression that is ready to run. */
export class Program {
  private readonly code: Code;
  private readonly size: number;

  /** Throws `ExpressionError` for functions that do not exist. */
  constructor(tree: Ast) {
    this.code = new Compiler().compile(tree);
    this.size = sizeOf(tree);
  }

  /** Returns the value; throws `ExpressionError`. */
  run(roots: Roots, now: number, budget: Budget): Value {
    budget.spend(this.size);
    const value = this.code({ roots, now, spend: budget.spend, variables: [] });
    new Measure(budget.spend).add(value, 0);
    return value;
  }
}

/** Bounds a result before anybody writes it: lists that hold a list twice grow when written. */
class Measure {
  private items = 0;
  private units = 0;

  constructor(private readonly spend: Spend) {}

  add(value: Value, depth: number): void {
    if (typeof value === "string") this.units += value.length;
    const isDeep = depth > VALUE_DEPTH_MAX;
    this.items += 1;
    if (isDeep || this.items > RESULT_ITEMS_MAX || this.units > RESULT_UNITS_MAX) {
      throw new ExpressionError("expression_limit", "The result is too large.");
    }
    if (Array.isArray(value)) this.addAll(value as readonly Value[], depth);
    else if (value instanceof Map) this.addAll([...(value as ReadonlyMap<string, Value>).values()], depth);
  }

  private addAll(values: readonly Value[], depth: number): void {
    this.spend(values.length);
    for (const value of values) this.add(value, depth + 1);
  }
}

/** The steps that one walk over the tree costs. */
function sizeOf(tree: Ast): number {
  const own = tree.kind === "call" && !OPERATORS.has(tree.function) ? 1 + CALL_STEPS : 1;
  return own + childrenOf(tree).reduce((sum, child) => sum + sizeOf(child), 0);
}

function childrenOf(tree: Ast): readonly Ast[] {
  switch (tree.kind) {
    case "literal":
    case "identifier":
      return [];
    case "select":
    case "has":
      return [tree.operand];
    case "index":
      return [tree.operand, tree.index];
    case "call":
      return tree.target ? [tree.target, ...tree.arguments] : tree.arguments;
    case "list":
      return tree.items;
    case "map":
      return tree.entries.flat();
    case "macro":
      return [tree.target, tree.body, ...(tree.second ? [tree.second] : [])];
  }
}

/** Gives an error that was thrown without a place the place of this node. */
function placed(range: Range, code: Code): Code {
  return (frame) => {
    try {
      return code(frame);
    } catch (thrown) {
      if (thrown instanceof ExpressionError) thrown.range ??= range;
      throw thrown;
    }
  };
}

const LOGIC = new Set(["&&", "||"]);
const BINARY = new Set(["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"]);
const OPERATORS = new Set(["!", "neg", "?:", ...LOGIC, ...BINARY]);

class Compiler {
  private readonly names: string[] = [];

  compile(tree: Ast): Code {
    switch (tree.kind) {
      case "literal": {
        const { value } = tree;
        return () => value;
      }
      case "identifier":
        return this.identifier(tree.name, tree);
      case "select": {
        const [operand, range] = [this.compile(tree.operand), fieldRange(tree)];
        return placed(range, (frame) => select(operand(frame), tree.field));
      }
      case "has": {
        const operand = this.compile(tree.operand);
        return placed(tree, (frame) => select(operand(frame), tree.field) !== null);
      }
      case "index": {
        const [operand, index] = [this.compile(tree.operand), this.compile(tree.index)];
        return placed(tree, (frame) => at(operand(frame), index(frame)));
      }
      case "list": {
        const items = tree.items.map((item) => this.compile(item));
        return (frame) => items.map((item) => item(frame));
      }
      case "map":
        return this.map(tree.entries);
      case "macro":
        return this.macro(tree);
      case "call":
        return this.call(tree);
    }
  }

  private identifier(name: string, range: Range): Code {
    const slot = this.names.lastIndexOf(name);
    if (slot >= 0) return (frame) => frame.variables[slot] ?? null;
    return (frame) => {
      const value = frame.roots.get(name);
      if (value !== undefined) return value;
      const hint = suggestion(name, frame.roots.keys());
      throw new ExpressionError("expression_name", `The name '${name}' is unknown.${hint}`, range);
    };
  }

  private map(entries: readonly (readonly [Ast, Ast])[]): Code {
    const codes = entries.map(([key, value]) => [this.compile(key), this.compile(value), key] as const);
    return (frame) => {
      const made = new Map<string, Value>();
      for (const [key, value, range] of codes) {
        const name = key(frame);
        if (typeof name !== "string") {
          throw new ExpressionError("expression_type", "The keys of a map are texts.", range);
        }
        made.set(name, value(frame));
      }
      return made;
    };
  }

  private call(tree: Call): Code {
    const codes = tree.arguments.map((argument) => this.compile(argument));
    const [first, second, third] = codes;
    const name = tree.function;
    if (tree.target === null && first) {
      if (name === "!") return placed(tree.arguments[0] ?? tree, (frame) => !truth(first(frame)));
      if (name === "neg") return placed(tree, (frame) => negate(first(frame)));
      if (second && LOGIC.has(name)) return logic(name === "||", first, second, tree);
      if (second && BINARY.has(name)) {
        const apply = binary(name);
        return placed(tree, (frame) => apply(first(frame), second(frame), frame));
      }
      if (second && third && name === "?:") {
        const condition = placed(tree.arguments[0] ?? tree, (frame) => truth(first(frame)));
        return (frame) => (condition(frame) === true ? second(frame) : third(frame));
      }
    }
    const isMethod = tree.target !== null;
    const given = tree.target ? [this.compile(tree.target), ...codes] : codes;
    const resolved = FUNCTIONS.resolve(name, isMethod, given.length, tree);
    return placed(tree, (frame) => FUNCTIONS.call(resolved, given.map((code) => code(frame)), frame));
  }

  private macro(tree: Macro): Code {
    const target = this.compile(tree.target);
    const slot = this.names.push(tree.variable) - 1;
    const body = this.compile(tree.body);
    const second = tree.second && this.compile(tree.second);
    this.names.pop();
    const cost = sizeOf(tree.body) + (tree.second ? sizeOf(tree.second) : 0);
    const rounds = placed(tree.target, (frame) => itemsOf(target(frame), tree.name));
    const condition = tree.name === "map" && !second ? null : tree.body;
    const holds: Code = condition ? placed(condition, (frame) => truth(body(frame))) : body;
    const combine = COMBINATIONS[tree.name];
    return (frame) => {
      const items = rounds(frame) as readonly Value[];
      // What goes through all items pays for all of them at once.
      const isPaid = WHOLE.has(tree.name);
      if (isPaid) frame.spend(cost * items.length);
      const round = (code: Code, item: Value): Value => {
        if (!isPaid) frame.spend(cost);
        frame.variables[slot] = item;
        return code(frame);
      };
      return placed(tree, () => combine(items, round, holds, second ?? null, frame.spend))(frame);
    };
  }
}

/** The macros that never stop early. */
const WHOLE = new Set<Macro["name"]>(["map", "filter", "exists_one"]);

type Round = (code: Code, item: Value) => Value;
type Combine = (
  items: readonly Value[],
  round: Round,
  body: Code,
  second: Code | null,
  spend: Spend,
) => Value;

const COMBINATIONS: Readonly<Record<Macro["name"], Combine>> = {
  map: (items, round, body, second) => {
    if (!second) return items.map((item) => round(body, item));
    return items.filter((item) => round(body, item) === true).map((item) => round(second, item));
  },
  filter: (items, round, body) => items.filter((item) => round(body, item) === true),
  exists: (items, round, body, _, spend) => decided(items, round, body, spend, true),
  all: (items, round, body, _, spend) => !decided(items, round, body, spend, false),
  exists_one: (items, round, body) => {
    return items.filter((item) => round(body, item) === true).length === 1;
  },
};

/** Whether a round gives *wanted*; an error counts only if no round does, as CEL says. */
function decided(
  items: readonly Value[],
  round: Round,
  body: Code,
  spend: Spend,
  wanted: boolean,
): boolean {
  let failed: ExpressionError | null = null;
  for (const item of items) {
    const value = attempt(() => round(body, item), spend);
    if (value === wanted) return true;
    if (value instanceof ExpressionError) failed ??= value;
  }
  if (failed) throw failed;
  return false;
}

/** Runs it; an error is returned, unless it is about bounds: those end everything. */
function attempt(run: () => Value, spend: Spend): Value | ExpressionError {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError) || thrown.code === "expression_limit") throw thrown;
    spend(ERROR_STEPS);
    return thrown;
  }
}

/** `&&` and `||`: the side that decides wins, even where the other side fails. */
function logic(decisive: boolean, left: Code, right: Code, tree: Call): Code {
  const one = placed(tree.arguments[0] ?? tree, (frame) => truth(left(frame)));
  const other = placed(tree.arguments[1] ?? tree, (frame) => truth(right(frame)));
  return (frame) => {
    const first = attempt(() => one(frame), frame.spend);
    if (first === decisive) return decisive;
    const second = other(frame);
    if (second === decisive || !(first instanceof ExpressionError)) return second;
    throw first;
  };
}

function truth(value: Value): boolean {
  if (typeof value === "boolean") return value;
  const kind = kindOf(value);
  throw new ExpressionError(
    kind === "null" ? "expression_value" : "expression_type",
    `A condition is true or false and not ${KIND_LABELS[kind] ?? kind}.`,
  );
}

/** The name alone, which stands at the end of `operand.field`. */
export function fieldRange(tree: { readonly field: string; readonly end: number }): Range {
  return { start: tree.end - tree.field.length, end: tree.end };
}

function select(value: Value, field: string): Value {
  if (value === null) return null;
  if (value instanceof RecordValue) return value.get(field);
  if (value instanceof Map) return (value as ReadonlyMap<string, Value>).get(field) ?? null;
  const label = KIND_LABELS[kindOf(value)] ?? "this";
  const hint = Array.isArray(value) ? ` Use .map(item, item.${field}).` : "";
  throw new ExpressionError("expression_type", `'.${field}' needs a record and not ${label}.${hint}`);
}

function at(value: Value, index: Value): Value {
  if (value === null) return null;
  if (Array.isArray(value) && typeof index === "bigint") {
    const found = index >= 0n ? (value as readonly Value[])[Number(index)] : undefined;
    if (found !== undefined) return found;
    const count = String(value.length);
    throw new ExpressionError("expression_value", `There is no item ${String(index)} among ${count}.`);
  }
  if (typeof index === "string" && (value instanceof Map || value instanceof RecordValue)) {
    return select(value, index);
  }
  const labels = [KIND_LABELS[kindOf(value)], KIND_LABELS[kindOf(index)]];
  throw new ExpressionError(
    "expression_type",
    `'[…]' takes an integer for a list or a text for a map, and not ${labels.join(" and ")}.`,
  );
}

function itemsOf(value: Value, macro: string): readonly Value[] {
  if (Array.isArray(value)) return value as readonly Value[];
  if (value instanceof Map) return [...(value as ReadonlyMap<string, Value>).keys()];
  const kind = kindOf(value);
  throw new ExpressionError(
    kind === "null" ? "expression_value" : "expression_type",
    `${macro}() needs a list and not ${KIND_LABELS[kind] ?? kind}.`,
  );
}
