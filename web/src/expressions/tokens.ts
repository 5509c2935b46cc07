/**
 * From source to tokens: numbers, texts, names and signs of the Common Expression Language.
 *
 * Source: the lexis of the CEL language definition. Unsigned numbers and bytes are known in order
 * to be refused in words of their own.
 */
import { ExpressionError, type Range } from "./errors";

/** What a token is: one of these, or the sign or word itself, as in `&&`, `in` and `(`. */
export type TokenKind = string;

export const END = "end";
export const NAME = "name";
export const LITERAL = "literal";

export interface Token extends Range {
  readonly kind: TokenKind;
  /** A literal's value, or a name's letters. */
  readonly value: null | boolean | bigint | number | string;
}

const BLANK = /(?:[ \t\n\r]|\/\/[^\n]*)*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const SIGN = /==|!=|<=|>=|&&|\|\||[-+*/%<>!()[\]{}.,:?]/y;
const HEXADECIMAL = /0[xX][0-9a-fA-F]*/y;
const DECIMAL = /[0-9]+(\.[0-9]+)?([eE][-+]?([0-9]*))?/y;
const QUOTE = /([bBrR]?)("""|'''|"|')/y;

const WORDS: ReadonlyMap<string, null | boolean> = new Map([["true", true], ["false", false], ["null", null]]);

/** Reads tokens one by one; `next` throws `ExpressionError` where the source is none of them. */
export class Tokens {
  private at = 0;

  constructor(private readonly source: string) {}

  /** Returns the next token; behind the last one, the end for ever. */
  next(): Token {
    this.at += this.found(BLANK)?.[0].length ?? 0;
    const start = this.at;
    if (start >= this.source.length) return { kind: END, value: null, start, end: start };
    const quote = this.found(QUOTE);
    if (quote !== null) return this.text(quote[1] ?? "", quote[2] ?? "");
    const unit = this.source.charCodeAt(start);
    if (unit >= 48 && unit <= 57) return this.number();
    const word = this.found(WORD);
    if (word !== null) return this.word(word[0]);
    const sign = this.found(SIGN);
    if (sign !== null) return this.token(sign[0], sign[0], start + sign[0].length);
    if (this.source[start] === "=") throw syntax("'=' assigns: compare with '=='.", start, start + 1);
    const character = String.fromCodePoint(this.source.codePointAt(start) ?? 0);
    throw syntax(`Unexpected character: ${character}.`, start, start + character.length);
  }

  private found(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.source);
  }

  private token(kind: TokenKind, value: Token["value"], end: number): Token {
    const start = this.at;
    this.at = end;
    return { kind, value, start, end };
  }

  private word(word: string): Token {
    const end = this.at + word.length;
    const value = WORDS.get(word);
    if (value !== undefined) return this.token(LITERAL, value, end);
    return this.token(word === "in" ? word : NAME, word, end);
  }

  private number(): Token {
    const start = this.at;
    const hexadecimal = this.found(HEXADECIMAL);
    const [digits = "", places, exponent, power] = hexadecimal ?? this.found(DECIMAL) ?? [];
    const end = start + digits.length;
    if (digits.length === 2 && hexadecimal !== null) throw syntax(`Invalid hex integer: ${digits}.`, start, end);
    if (exponent !== undefined && power === "") throw syntax("Invalid exponent.", end, Math.min(end + 1, this.source.length));
    if (places === undefined && exponent === undefined) {
      if (/[uU]/.test(this.source[end] ?? "")) throw unsupported(start, end + 1);
      return this.token(LITERAL, BigInt(digits), end);
    }
    const value = Number(digits);
    if (!Number.isFinite(value)) throw syntax(`Invalid number: ${String(value)}.`, start, end);
    return this.token(LITERAL, value, end);
  }

  private text(prefix: string, quote: string): Token {
    const opening = this.at + prefix.length;
    const start = opening + quote.length;
    const end = this.closing(quote, opening, start);
    if (prefix === "b" || prefix === "B") throw unsupported(this.at, end + quote.length);
    const raw = this.source.slice(start, end);
    return this.token(LITERAL, prefix === "" ? unescaped(raw, start) : raw, end + quote.length);
  }

  /** Where the text ends that begins at *start*: a backslash hides what follows it. */
  private closing(quote: string, opening: number, start: number): number {
    for (let at = start; at < this.source.length; at++) {
      if (this.source.startsWith(quote, at)) return at;
      const unit = this.source[at];
      if (quote.length === 1 && (unit === "\n" || unit === "\r")) {
        throw syntax("Newlines not allowed in single-quoted strings.", at, at + 1);
      }
      if (unit === "\\") at += 1;
    }
    const kind = quote.length === 1 ? "string" : "triple-quoted string";
    throw syntax(`Unterminated ${kind}.`, opening, this.source.length);
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"], ["?", "?"], ['"', '"'], ["'", "'"], ["`", "`"], ["a", "\x07"], ["b", "\b"], ["f", "\f"], ["n", "\n"],
  ["r", "\r"], ["t", "\t"], ["v", "\v"],
]);

/** How many hexadecimal digits follow the letter of an escape. */
const DIGITS: ReadonlyMap<string, number> = new Map([["u", 4], ["U", 8], ["x", 2], ["X", 2]]);

/** The text that is meant; *offset* is where the raw one stands in the source. */
function unescaped(raw: string, offset: number): string {
  let text = "";
  for (let at = 0; at < raw.length; ) {
    const letter = raw[at + 1] ?? "";
    if (raw[at] !== "\\") {
      text += raw[at++] ?? "";
    } else if (letter >= "0" && letter <= "7") {
      text += octal(raw, at, offset);
      at += 4;
    } else if (DIGITS.has(letter)) {
      const count = DIGITS.get(letter) ?? 0;
      text += hexadecimal(raw, at, count, offset);
      at += 2 + count;
    } else {
      const plain = ESCAPES.get(letter);
      if (plain === undefined) throw escape(`Invalid escape sequence: \\${letter}.`, raw, at, 2, offset);
      text += plain;
      at += 2;
    }
  }
  return text;
}

function octal(raw: string, at: number, offset: number): string {
  const digits = raw.slice(at + 1, at + 4);
  if (!/^[0-7]{3}$/.test(digits)) throw escape("Octal escape must be 3 digits.", raw, at, 4, offset);
  const code = Number.parseInt(digits, 8);
  if (code > 0xff) throw escape(`Octal escape out of range: \\${digits}.`, raw, at, 4, offset);
  return String.fromCharCode(code);
}

function hexadecimal(raw: string, at: number, count: number, offset: number): string {
  const written = raw.slice(at + 1, at + 2 + count);
  const code = Number.parseInt(written.slice(1), 16);
  const kind = count === 2 ? "hex" : "Unicode";
  const refused = (what: string): ExpressionError => escape(`Invalid ${kind} ${what}: \\${written}.`, raw, at, 2 + count, offset);
  if (written.length !== count + 1 || !/^.[0-9a-fA-F]+$/.test(written) || code > 0x10ffff) throw refused("escape");
  if (code >= 0xd800 && code <= 0xdfff) throw refused("surrogate");
  return String.fromCodePoint(code);
}

function escape(message: string, raw: string, at: number, length: number, offset: number): ExpressionError {
  return syntax(message, offset + at, offset + Math.min(at + length, raw.length));
}

function syntax(message: string, start: number, end: number): ExpressionError {
  return new ExpressionError("expression_syntax", message, { start, end });
}

function unsupported(start: number, end: number): ExpressionError {
  return syntax("Bytes and unsigned numbers are not supported: write a plain text or number.", start, end);
}
