/** The written part of an expression as tokens: where what is being typed begins, and what is open. */
import { ExpressionError } from "../../expressions/errors";
import { END, NAME, type Token, Tokens } from "../../expressions/tokens";

export interface Written {
  readonly source: string;
  readonly tokens: readonly Token[];
}

/** A macro whose bracket is open: its variable, and the index of the last token of its list. */
export interface MacroFrame {
  readonly variable: string;
  readonly target: number;
}

const MACROS: ReadonlySet<string> = new Set(["map", "filter", "exists", "all", "exists_one"]);
const OPENING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** The tokens of what was written so far; null if it cannot be read. */
export function tokensOf(source: string): Written | null {
  const reader = new Tokens(source);
  const tokens: Token[] = [];
  try {
    for (;;) {
      const token = reader.next();
      if (token.kind === END) return { source, tokens };
      tokens.push(token);
    }
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return null;
    throw thrown;
  }
}

/** The text or comment that is open at the end of what was written; null if neither is. */
export function isTextOpen(before: string): "comment" | { readonly start: number } | null {
  let quote = "";
  let start = 0;
  for (let at = 0; at < before.length; at += 1) {
    const unit = before.charAt(at);
    if (quote !== "") {
      if (unit === "\\") at += 1;
      else if (before.startsWith(quote, at)) {
        at += quote.length - 1;
        quote = "";
      }
    } else if (unit === "'" || unit === '"') {
      quote = before.startsWith(unit.repeat(3), at) ? unit.repeat(3) : unit;
      start = at;
      at += quote.length - 1;
    } else if (before.startsWith("//", at)) {
      const end = before.indexOf("\n", at);
      if (end < 0) return "comment";
      at = end;
    }
  }
  return quote === "" ? null : { start };
}

/** The index of the token with which the value begins that ends at *last*; null if none ends there. */
export function chainStart(tokens: readonly Token[], last: number): number | null {
  let at = last;
  for (;;) {
    const token = tokens[at];
    if (token === undefined) return null;
    if (OPENING[token.kind] !== undefined) {
      const open = openingOf(tokens, at);
      if (open === null) return null;
      const before = tokens[open - 1]?.kind ?? "";
      if (token.kind === ")" && before === NAME) at = open - 1;
      else if (token.kind === "]" && [NAME, ")", "]"].includes(before)) {
        at = open - 1;
        continue;
      } else at = open;
    } else if (token.kind !== NAME && token.kind !== "literal") return null;
    if (tokens[at - 1]?.kind !== ".") return at;
    at -= 2;
  }
}

function openingOf(tokens: readonly Token[], closing: number): number | null {
  let depth = 0;
  for (let at = closing; at >= 0; at -= 1) {
    const kind = tokens[at]?.kind ?? "";
    if (OPENING[kind] !== undefined) depth += 1;
    else if (kind === "(" || kind === "[" || kind === "{") depth -= 1;
    if (depth === 0) return at;
  }
  return null;
}

/** The macros whose brackets are open at the end, outermost first. */
export function macroFrames(tokens: readonly Token[]): readonly MacroFrame[] {
  const open: number[] = [];
  for (const [index, { kind }] of tokens.entries()) {
    if (kind === "(" || kind === "[" || kind === "{") open.push(index);
    else if (OPENING[kind] !== undefined) open.pop();
  }
  return open.flatMap((index) => {
    const [point, name, , variable, comma] = tokens.slice(index - 2 < 0 ? 0 : index - 2, index + 3);
    const isMacro = index >= 3 && point?.kind === "." && name?.kind === NAME && MACROS.has(String(name.value));
    if (!isMacro || variable?.kind !== NAME || comma?.kind !== ",") return [];
    return [{ variable: String(variable.value), target: index - 3 }];
  });
}
