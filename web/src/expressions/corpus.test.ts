import { describe, expect, it } from "vitest";

import { decode, encode, type Wire } from "./codec";
import { analyse, check, evaluate, type Outcome, type Scope, type Value } from "./index";
import corpus from "./testing/corpus.json";
import type { Schema } from "./types";

interface Expected {
  readonly source: string;
  readonly error?: { readonly code: string; readonly start: number; readonly end: number };
}

function contextOf(name: string): Record<string, Value> {
  const wire = (corpus.contexts as unknown as Record<string, Record<string, Wire>>)[name] ?? {};
  return Object.fromEntries(Object.entries(wire).map(([root, value]) => [root, decode(value)]));
}

/** The part of an outcome that a line of the corpus tells. */
function shown<Found>(outcome: Outcome<Found>, write: (value: Found) => unknown): unknown {
  if (outcome.ok) return write(outcome.value);
  const { code, start, end } = outcome.error;
  return { code, start, end };
}

describe("the corpus", () => {
  it.each(corpus.evaluate as readonly (Expected & { context: string; value?: Wire })[])(
    "[EX1] evaluates $source",
    ({ source, context, value, error }) => {
      const outcome = evaluate(source, contextOf(context), { now: corpus.now });
      expect(shown(outcome, encode)).toEqual(error ?? value);
    },
  );

  it.each(corpus.check as readonly (Expected & { type?: unknown })[])(
    "[EX7] checks $source",
    ({ source, type, error }) => {
      const outcome = check(source, corpus.scope as unknown as Scope, corpus.schema as unknown as Schema);
      expect(shown(outcome, (found) => found)).toEqual(error ?? type);
    },
  );

  it.each(corpus.analyse)("[EX9] analyses $source", ({ source, roots, paths }) => {
    const outcome = analyse(source);
    expect(shown(outcome, (found) => ({ roots: found.roots, paths: found.paths }))).toEqual({ roots, paths });
  });
});
