/**
 * Expressions as trees, independent of the library that parses them.
 *
 * The server's `runtime/expressions/ast.py` has the same nodes. Operators are calls without a
 * target: `==`, `!=`, `<`, `<=`, `>`, `>=`, `+`, `-`, `*`, `/`, `%`, `&&`, `||`, `!`, `neg`, `?:`
 * and `in`.
 */
import type { Range } from "./errors";

export interface Literal extends Range {
  readonly kind: "literal";
  readonly value: null | boolean | bigint | number | string;
}

export interface Identifier extends Range {
  readonly kind: "identifier";
  readonly name: string;
}

/** `operand.field`; the field's name ends where the node ends. */
export interface Select extends Range {
  readonly kind: "select";
  readonly operand: Ast;
  readonly field: string;
}

/** `has(operand.field)`. */
export interface Has extends Range {
  readonly kind: "has";
  readonly operand: Ast;
  readonly field: string;
}

export interface Index extends Range {
  readonly kind: "index";
  readonly operand: Ast;
  readonly index: Ast;
}

export interface Call extends Range {
  readonly kind: "call";
  readonly function: string;
  readonly target: Ast | null;
  readonly arguments: readonly Ast[];
}

export interface ListLiteral extends Range {
  readonly kind: "list";
  readonly items: readonly Ast[];
}

export interface MapLiteral extends Range {
  readonly kind: "map";
  readonly entries: readonly (readonly [key: Ast, value: Ast])[];
}

export type MacroName = "map" | "filter" | "exists" | "all" | "exists_one";

/** `target.name(variable, body)`; `second` only in `map(variable, condition, transform)`. */
export interface Macro extends Range {
  readonly kind: "macro";
  readonly name: MacroName;
  readonly target: Ast;
  readonly variable: string;
  readonly body: Ast;
  readonly second: Ast | null;
}

export type Ast =
  | Literal
  | Identifier
  | Select
  | Has
  | Index
  | Call
  | ListLiteral
  | MapLiteral
  | Macro;
