/**
 * Regular expressions in linear time.
 *
 * JavaScript's own engine tries alternatives one after the other and needs exponential time for
 * `(a+)+$`. This one walks the text once with the set of all states the pattern may be in
 * (Thompson 1968, as in RE2), so its work is at most text times states, and every step is paid for.
 * It therefore has no back-references and no look-around. It searches, as CEL's `matches` does.
 */
import { ExpressionError } from "./errors";
import { PATTERN_STATES_MAX, PATTERN_STEPS, PATTERN_UNITS_MAX } from "./limits";
import { parsePattern, type PatternNode } from "./pattern_parser";
import type { Spend } from "./values";

type State =
  | {
      readonly kind: "set";
      readonly holds: (point: number) => boolean;
      readonly members: number;
      next: number;
    }
  | { readonly kind: "split"; next: number; other: number }
  | { readonly kind: "edge"; readonly isStart: boolean; next: number }
  | { readonly kind: "word"; readonly isBoundary: boolean; next: number }
  | { readonly kind: "match" };

const cache = new Map<string, readonly State[]>();

/** Whether *pattern* is found in *text*; throws `ExpressionError` for a pattern it cannot take. */
export function matches(text: string, pattern: string, spend: Spend): boolean {
  const machine = machineOf(pattern, spend);
  const points = Array.from(text, (point) => point.codePointAt(0) ?? 0);
  const walk = new Walk(machine, points);
  let current: number[] = [];
  for (let at = 0; at <= points.length; at++) {
    // A search may begin at every character.
    walk.follow(0, at, current);
    const following: number[] = [];
    for (const index of current) {
      const state = machine[index];
      if (state?.kind === "match") return true;
      spend(state?.kind === "set" ? PATTERN_STEPS + state.members : PATTERN_STEPS);
      const point = points[at];
      if (state?.kind === "set" && point !== undefined && state.holds(point)) {
        walk.follow(state.next, at + 1, following);
      }
    }
    current = following;
  }
  return false;
}

function machineOf(pattern: string, spend: Spend): readonly State[] {
  const known = cache.get(pattern);
  if (known) return known;
  if (pattern.length > PATTERN_UNITS_MAX) throw tooLarge();
  const machine = new Builder().build(parsePattern(pattern));
  spend(machine.length);
  // A pattern that is made while evaluating must not fill the memory.
  if (cache.size >= 100) cache.clear();
  cache.set(pattern, machine);
  return machine;
}

/** Follows what leads on without reading a character. */
class Walk {
  /** For every state the position, counted from 1, at which it was last reached. */
  private readonly reached: number[];

  constructor(
    private readonly machine: readonly State[],
    private readonly points: readonly number[],
  ) {
    this.reached = machine.map(() => 0);
  }

  /** Adds to *found* every state that is reached from *start* and was not yet at this position. */
  follow(start: number, at: number, found: number[]): void {
    const waiting = [start];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const state = this.machine[index];
      if (state === undefined || this.reached[index] === at + 1) continue;
      this.reached[index] = at + 1;
      found.push(index);
      if (state.kind === "split") waiting.push(state.next, state.other);
      else if (state.kind === "edge") {
        if (at === (state.isStart ? 0 : this.points.length)) waiting.push(state.next);
      } else if (state.kind === "word") {
        const isBetween = isWord(this.points[at - 1]) !== isWord(this.points[at]);
        if (isBetween === state.isBoundary) waiting.push(state.next);
      }
    }
  }
}

function isWord(point: number | undefined): boolean {
  return point !== undefined && point < 128 && /\w/.test(String.fromCharCode(point));
}

function tooLarge(): ExpressionError {
  return new ExpressionError("expression_limit", "The regular expression is too large.");
}

/** Builds the machine backwards: every part is given the state that follows it. */
class Builder {
  private readonly states: State[] = [];
  private work = 0;

  build(root: PatternNode): readonly State[] {
    // The first state is where the machine begins; it is told at last where that leads.
    const entry: State = { kind: "split", next: 0, other: 0 };
    this.add(entry);
    entry.next = entry.other = this.node(root, this.add({ kind: "match" }));
    return this.states;
  }

  private add(state: State): number {
    if (this.states.length >= PATTERN_STATES_MAX) throw tooLarge();
    return this.states.push(state) - 1;
  }

  private node(node: PatternNode, next: number): number {
    // Repetitions of repetitions of nothing make no states, but they take time.
    this.work += 1;
    if (this.work > PATTERN_STATES_MAX * 4) throw tooLarge();
    switch (node.kind) {
      case "set":
        return this.add({ kind: "set", holds: node.holds, members: node.members, next });
      case "edge":
        return this.add({ kind: "edge", isStart: node.isStart, next });
      case "word":
        return this.add({ kind: "word", isBoundary: node.isBoundary, next });
      case "sequence":
        return node.parts.reduceRight((after, part) => this.node(part, after), next);
      case "choice": {
        const starts = node.parts.map((part) => this.node(part, next));
        return starts.reduceRight((other, start) => this.add({ kind: "split", next: start, other }));
      }
      case "repeat":
        return this.repeat(node.part, node.least, node.most, next);
    }
  }

  private repeat(part: PatternNode, least: number, most: number | null, next: number): number {
    let after = next;
    if (most === null) {
      const loop: State = { kind: "split", next: after, other: after };
      const index = this.add(loop);
      loop.next = this.node(part, index);
      after = index;
    } else {
      for (let count = least; count < most; count++) {
        after = this.add({ kind: "split", next: this.node(part, after), other: next });
      }
    }
    for (let count = 0; count < least; count++) after = this.node(part, after);
    return after;
  }
}
