/**
 * Expressions: parse, check, analyse and evaluate, in the browser and, compiled to WebAssembly, on
 * the server. Nothing here throws; what goes wrong is a fault that points into the source.
 */
import type { Ast } from "./ast";
import { read, type Path } from "./analyse";
import { checkTree, type Scope } from "./check";
import { faultOf, type ExpressionFault } from "./errors";
import { Budget, Program, type Roots } from "./evaluate";
import { CACHE_ENTRIES_MAX, STEPS_MAX } from "./limits";
import { parse } from "./parse";
import { own, type Schema, type Type } from "./types";
import type { Value } from "./values";

export type { Ast } from "./ast";
export type { Path } from "./analyse";
export type { Scope } from "./check";
export type { ExpressionCode, ExpressionFault } from "./errors";
export type { ModelType, Schema, Type } from "./types";
export type { Value } from "./values";
export { Decimal } from "./decimal";
export { fromJson, toJson } from "./json";
export { schemaOf } from "./schema";
export * as types from "./types";
export { Duration, RecordValue, Timestamp } from "./values";

export type Outcome<Found> =
  | { readonly ok: true; readonly value: Found }
  | { readonly ok: false; readonly error: ExpressionFault };

/** A tree, the roots it names, and what it reads. */
export interface Analysis {
  readonly source: string;
  readonly ast: Ast;
  readonly roots: readonly string[];
  readonly paths: readonly Path[];
}

export type Context = Readonly<Record<string, Value>>;

interface Parsed {
  readonly tree: Outcome<Ast>;
  program?: Outcome<Program>;
  analysis?: Outcome<Analysis>;
}

const cache = new Map<string, Parsed>();

/** Returns the tree and what it reads; the same object for the same source while it is kept. */
export function analyse(source: string): Outcome<Analysis> {
  const parsed = parsedOf(source);
  const { tree } = parsed;
  if (!tree.ok) return tree;
  parsed.analysis ??= outcome(source, () => ({ source, ast: tree.value, ...read(tree.value) }));
  return parsed.analysis;
}

/** Returns the type of the value that *source* has where its roots are of the types in *scope*. */
export function check(source: string, scope: Scope, schema: Schema): Outcome<Type> {
  const { tree } = parsedOf(source);
  return tree.ok ? outcome(source, () => checkTree(tree.value, scope, schema)) : tree;
}

/**
 * Returns the value. *now* is in milliseconds since 1970. The same source, context and time give
 * the same value on every machine.
 */
export function evaluate(
  source: string,
  context: Context,
  options: { readonly now: number },
): Outcome<Value> {
  const roots: Roots = {
    get: (name) => own(context, name),
    keys: () => Object.keys(context),
  };
  return evaluateWith(source, roots, options.now, new Budget(STEPS_MAX));
}

/** As `evaluate`, with roots from anywhere and a budget that several evaluations may share. */
export function evaluateWith(
  source: string,
  roots: Roots,
  now: number,
  budget: Budget,
): Outcome<Value> {
  const parsed = parsedOf(source);
  const { tree } = parsed;
  if (!tree.ok) return tree;
  parsed.program ??= outcome(source, () => new Program(tree.value));
  const { program } = parsed;
  return program.ok ? outcome(source, () => program.value.run(roots, now, budget)) : program;
}

function parsedOf(source: string): Parsed {
  const known = cache.get(source);
  if (known) return known;
  const parsed: Parsed = { tree: outcome(source, () => parse(source)) };
  // What a client makes up while typing must not be kept for ever; the oldest goes first.
  if (cache.size >= CACHE_ENTRIES_MAX) {
    const [oldest] = cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
  }
  cache.set(source, parsed);
  return parsed;
}

function outcome<Found>(source: string, work: () => Found): Outcome<Found> {
  try {
    return { ok: true, value: work() };
  } catch (thrown) {
    return { ok: false, error: faultOf(thrown, source) };
  }
}
