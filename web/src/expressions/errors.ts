/** What can be wrong with an expression; the codes are those of the Python engine. */

export type ExpressionCode =
  | "expression_syntax"
  | "expression_name"
  | "expression_type"
  | "expression_value"
  | "expression_limit"
  | "expression_internal";

/** An error for people. `start` and `end` count UTF-16 units in `source`. */
export interface ExpressionFault {
  readonly code: ExpressionCode;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly source: string;
}

/** Where something stands. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Thrown within the engine only: its functions answer with an `ExpressionFault`. */
export class ExpressionError extends Error {
  constructor(
    readonly code: ExpressionCode,
    message: string,
    /** Null until the node is known that called what failed. */
    public range: Range | null = null,
  ) {
    super(message);
  }

  fault(source: string): ExpressionFault {
    const { start, end } = this.range ?? { start: 0, end: source.length };
    return { code: this.code, message: this.message, start, end, source };
  }
}

/** Turns whatever was thrown into a fault: an overflowing stack is a bound too. */
export function faultOf(thrown: unknown, source: string): ExpressionFault {
  if (thrown instanceof ExpressionError) return thrown.fault(source);
  const text = String(thrown);
  const isStack = thrown instanceof RangeError || /stack|memory/i.test(text);
  return {
    code: isStack ? "expression_limit" : "expression_internal",
    message: isStack ? "The expression is too large to be evaluated." : `The engine failed: ${text}`,
    start: 0,
    end: source.length,
    source,
  };
}

/** Returns ` Did you mean 'x'?` for the nearest of the names, or nothing. */
export function suggestion(name: string, known: Iterable<string>): string {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best === null ? "" : ` Did you mean '${best}'?`;
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const change = (previous[column - 1] ?? 0) + (isSame ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
