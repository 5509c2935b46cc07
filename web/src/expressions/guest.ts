/**
 * The engine as the server sees it: one function from JSON to JSON, without state between calls
 * but the expressions it keeps parsed. It is compiled to WebAssembly with no imports at all, so it
 * has no clock, no randomness, no files and no network.
 */
import type { Ast } from "./ast";
import { decode, encode, type Wire } from "./codec";
import type { ExpressionFault } from "./errors";
import { Budget, type Roots } from "./evaluate";
import { analyse, check, evaluateWith, type Outcome, type Scope, type Value } from "./index";
import { BATCH_STEPS_MAX, STEPS_MAX } from "./limits";
import { EMPTY_SCHEMA, type Schema } from "./types";

interface AnalyseRequest {
  readonly op: "analyse";
  readonly source: string;
}

interface CheckRequest {
  readonly op: "check";
  readonly source: string;
  readonly scope: Scope;
  /** The schema's JSON: it is parsed once, however many expressions are checked against it. */
  readonly schema: string;
}

interface EvaluateRequest {
  readonly op: "evaluate";
  readonly source: string;
  readonly now: number;
  /** Roots that all contexts have. */
  readonly shared: Readonly<Record<string, Wire>>;
  readonly contexts: readonly Readonly<Record<string, Wire>>[];
  /** Names that the caller has but did not send because the source does not name them. */
  readonly names: readonly string[];
}

type Request = AnalyseRequest | CheckRequest | EvaluateRequest;
type Answer = { readonly value: unknown } | { readonly error: ExpressionFault };

/** Answers one request of the server. */
export function call(text: string): string {
  const request = JSON.parse(text) as Request;
  switch (request.op) {
    case "analyse":
      return write(answer(analyse(request.source)));
    case "check":
      return JSON.stringify(answer(check(request.source, request.scope, schemaOf(request.schema))));
    case "evaluate":
      return JSON.stringify(evaluateAll(request));
  }
}

function answer(outcome: Outcome<unknown>): Answer {
  return outcome.ok ? { value: outcome.value } : { error: outcome.error };
}

/** Writes a tree; its constants are written as values, so that 1 and 1.0 differ. */
function write(content: unknown): string {
  return JSON.stringify(content, (_, value: unknown) => {
    const isLiteral = typeof value === "object" && value !== null && "kind" in value && value.kind === "literal";
    if (!isLiteral) return value;
    const literal = value as Extract<Ast, { kind: "literal" }>;
    return { ...literal, value: encode(literal.value) };
  });
}

let parsed: { readonly text: string; readonly schema: Schema } = { text: "", schema: EMPTY_SCHEMA };

function schemaOf(text: string): Schema {
  if (parsed.text !== text) parsed = { text, schema: JSON.parse(text) as Schema };
  return parsed.schema;
}

function evaluateAll(request: EvaluateRequest): readonly Answer[] {
  const shared = new Map(Object.entries(request.shared).map(([name, wire]) => [name, decode(wire)]));
  let left = BATCH_STEPS_MAX;
  return request.contexts.map((context) => {
    const roots = rootsOf(context, shared, request.names);
    const budget = new Budget(Math.min(STEPS_MAX, left));
    const before = budget.left;
    const outcome = evaluateWith(request.source, roots, request.now, budget);
    left -= before - budget.left;
    return outcome.ok ? { value: encode(outcome.value) } : { error: outcome.error };
  });
}

function rootsOf(
  context: Readonly<Record<string, Wire>>,
  shared: ReadonlyMap<string, Value>,
  names: readonly string[],
): Roots {
  return {
    get: (name) =>
      Object.hasOwn(context, name) ? decode(context[name] ?? null) : shared.get(name),
    keys: () => [...Object.keys(context), ...shared.keys(), ...names],
  };
}
