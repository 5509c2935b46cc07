/** The syntax of regular expressions: that of RE2, without flags, names and Unicode classes. */
import { ExpressionError } from "./errors";
import { NESTING_MAX } from "./limits";

export type PatternNode =
  | {
      readonly kind: "set";
      readonly holds: (point: number) => boolean;
      /** How many things are compared to one character. */
      readonly members: number;
    }
  | { readonly kind: "edge"; readonly isStart: boolean }
  | { readonly kind: "word"; readonly isBoundary: boolean }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: "repeat";
      readonly part: PatternNode;
      readonly least: number;
      readonly most: number | null;
    };

type Holds = (point: number) => boolean;

const REPEAT_MAX = 1_000;

const CLASSES: Readonly<Record<string, Holds>> = {
  d: (point) => point >= 48 && point <= 57,
  w: (point) => point < 128 && /\w/.test(String.fromCharCode(point)),
  s: (point) => /\s/.test(String.fromCodePoint(point)),
};
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v" };

/** Returns the tree of a pattern; throws `ExpressionError`. */
export function parsePattern(pattern: string): PatternNode {
  return new PatternParser(pattern).parse();
}

class PatternParser {
  private readonly points: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(pattern: string) {
    this.points = [...pattern];
  }

  parse(): PatternNode {
    const node = this.choice();
    if (this.at < this.points.length) throw this.wrong("has a ')' too many");
    return node;
  }

  private get next(): string | undefined {
    return this.points[this.at];
  }

  private take(point: string): boolean {
    if (this.next !== point) return false;
    this.at += 1;
    return true;
  }

  private wrong(why: string): ExpressionError {
    return new ExpressionError("expression_value", `The regular expression ${why}.`);
  }

  private choice(): PatternNode {
    this.depth += 1;
    if (this.depth > NESTING_MAX) {
      throw new ExpressionError("expression_limit", "The regular expression is nested too deeply.");
    }
    const parts = [this.sequence()];
    while (this.take("|")) parts.push(this.sequence());
    this.depth -= 1;
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "choice", parts };
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.next !== undefined && this.next !== "|" && this.next !== ")") {
      parts.push(this.repeated(this.atom()));
    }
    return { kind: "sequence", parts };
  }

  private repeated(part: PatternNode): PatternNode {
    const bounds = this.bounds();
    if (!bounds) return part;
    const [least, most] = bounds;
    // Whether a repetition is greedy changes what is found, not whether something is.
    this.take("?");
    if (this.next === "*" || this.next === "+" || this.next === "?") {
      throw this.wrong("repeats a repetition");
    }
    return { kind: "repeat", part, least, most };
  }

  private bounds(): readonly [number, number | null] | null {
    if (this.take("*")) return [0, null];
    if (this.take("+")) return [1, null];
    if (this.take("?")) return [0, 1];
    const rest = this.points.slice(this.at, this.at + 12).join("");
    const match = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(rest);
    if (!match) return null;
    this.at += match[0].length;
    const least = Number(match[1]);
    const most = match[3] ? Number(match[3]) : match[2] ? null : least;
    if (least > REPEAT_MAX || (most ?? 0) > REPEAT_MAX || (most !== null && most < least)) {
      throw this.wrong("has a repetition that is out of range");
    }
    return [least, most];
  }

  private atom(): PatternNode {
    const point = this.points[this.at++] ?? "";
    switch (point) {
      case "(":
        return this.group();
      case "[":
        return this.set();
      case ".":
        return single((unit) => unit !== 10);
      case "^":
        return { kind: "edge", isStart: true };
      case "$":
        return { kind: "edge", isStart: false };
      case "\\":
        return this.escape();
      case "*":
      case "+":
      case "?":
        throw this.wrong("repeats nothing");
      default:
        return single(equals(point));
    }
  }

  private group(): PatternNode {
    if (this.take("?") && !this.take(":")) {
      throw this.wrong("has a form that cannot be matched in linear time");
    }
    const node = this.choice();
    if (!this.take(")")) throw this.wrong("has a '(' that is not closed");
    return node;
  }

  private escape(): PatternNode {
    const point = this.next;
    if (point === "b" || point === "B") {
      this.at += 1;
      return { kind: "word", isBoundary: point === "b" };
    }
    const found = this.escaped();
    return single(typeof found === "string" ? equals(found) : found);
  }

  /** What stands after a backslash: a class, or one character. */
  private escaped(): Holds | string {
    const point = this.points[this.at++];
    if (point === undefined) throw this.wrong("ends within an escape");
    const holds = CLASSES[point.toLowerCase()];
    if (holds && /[dwsDWS]/.test(point)) {
      return point === point.toLowerCase() ? holds : (unit) => !holds(unit);
    }
    const control = CONTROLS[point];
    if (control !== undefined && Object.hasOwn(CONTROLS, point)) return control;
    if (/[0-9A-Za-z]/.test(point)) throw this.wrong(`has an escape that is not known: \\${point}`);
    return point;
  }

  private set(): PatternNode {
    const isNegated = this.take("^");
    const members: Holds[] = [];
    for (let isFirst = true; ; isFirst = false) {
      if (this.next === undefined) throw this.wrong("has a '[' that is not closed");
      if (!isFirst && this.take("]")) break;
      members.push(this.member());
    }
    const holds: Holds = (point) => members.some((member) => member(point)) !== isNegated;
    return { kind: "set", holds, members: members.length };
  }

  private member(): Holds {
    const first = this.single();
    if (typeof first !== "string") return first;
    if (this.next !== "-" || this.points[this.at + 1] === "]") return equals(first);
    this.at += 1;
    const last = this.single();
    const [from, to] = [first.codePointAt(0) ?? 0, typeof last === "string" ? last.codePointAt(0) : undefined];
    if (to === undefined || to < from) throw this.wrong("has a range that is the wrong way round");
    return (point) => point >= from && point <= to;
  }

  private single(): Holds | string {
    if (this.take("\\")) return this.escaped();
    const point = this.points[this.at++];
    if (point === undefined) throw this.wrong("has a '[' that is not closed");
    return point;
  }
}

function single(holds: Holds): PatternNode {
  return { kind: "set", holds, members: 1 };
}

function equals(character: string): Holds {
  const wanted = character.codePointAt(0);
  return (point) => point === wanted;
}
