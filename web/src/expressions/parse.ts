/**
 * From source to tree: the parser of cel-js, and what it leaves open.
 *
 * It counts no signs (`!!!!…`) while it recurses, and knows forms of CEL that this engine does not
 * offer (unsigned numbers, bytes): the first is refused before it parses, the second afterwards.
 */
import { Environment, ParseError, type ASTNode } from "@marcbachmann/cel-js";

import type { Ast, Call, MacroName } from "./ast";
import { ExpressionError, type Range } from "./errors";
import {
  ARGUMENTS_MAX,
  NESTING_MAX,
  SOURCE_UNITS_MAX,
  TREE_DEPTH_MAX,
  TREE_NODES_MAX,
} from "./limits";

const MACROS = new Set<string>(["map", "filter", "exists", "all", "exists_one"]);
const INT_MAX = 9223372036854775807n;

const parser = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: {
    maxAstNodes: TREE_NODES_MAX,
    maxDepth: NESTING_MAX,
    maxListElements: TREE_NODES_MAX,
    maxMapEntries: TREE_NODES_MAX,
    maxCallArguments: ARGUMENTS_MAX,
  },
});

/** Returns the tree of a source; throws `ExpressionError`. */
export function parse(source: string): Ast {
  if (source.length > SOURCE_UNITS_MAX) {
    throw new ExpressionError(
      "expression_limit",
      `An expression may have ${String(SOURCE_UNITS_MAX)} characters.`,
    );
  }
  if (source.trim() === "") {
    throw new ExpressionError("expression_syntax", "The expression is empty.");
  }
  refuseDeepSource(source);
  let root: ASTNode;
  try {
    root = parser.parse(source).ast;
  } catch (thrown) {
    throw thrown instanceof ParseError ? syntaxError(thrown, source) : thrown;
  }
  return new Converter(source).convert(root, 0);
}

/** Signs and brackets recurse in the parser; within texts and comments they are only counted. */
function refuseDeepSource(source: string): void {
  let signs = 0;
  for (let at = 0; at < source.length; at++) {
    const unit = source[at];
    if (unit === "!" || unit === "-") signs += 1;
    else if (unit !== " " && unit !== "\n" && unit !== "\t" && unit !== "\r") signs = 0;
    if (signs > NESTING_MAX) throw tooDeep({ start: at - NESTING_MAX, end: at + 1 });
  }
}

function tooDeep(range: Range): ExpressionError {
  return new ExpressionError("expression_limit", "The expression is nested too deeply.", range);
}

const TOKENS: Readonly<Record<string, string>> = {
  EOF: "the end",
  NUMBER: "a number",
  STRING: "a text",
  BYTES: "bytes",
  BOOLEAN: "true or false",
  NULL: "null",
  IDENTIFIER: "a name",
  LPAREN: "'('",
  RPAREN: "')'",
  LBRACKET: "'['",
  RBRACKET: "']'",
  LBRACE: "'{'",
  RBRACE: "'}'",
  DOT: "'.'",
  COMMA: "','",
  COLON: "':'",
  QUESTION: "'?'",
  PLUS: "'+'",
  MINUS: "'-'",
  MULTIPLY: "'*'",
  DIVIDE: "'/'",
  MODULO: "'%'",
  EQ: "'=='",
  NE: "'!='",
  LT: "'<'",
  LE: "'<='",
  GT: "'>'",
  GE: "'>='",
  AND: "'&&'",
  OR: "'||'",
  NOT: "'!'",
  IN: "'in'",
};

function syntaxError(error: ParseError, source: string): ExpressionError {
  const range = within(error.range ?? { start: 0, end: source.length }, source);
  if (error.code === "limit_exceeded") {
    return new ExpressionError("expression_limit", "The expression is too large.", range);
  }
  if (source[range.start] === "=" && error.code === "unexpected_character") {
    return new ExpressionError("expression_syntax", "'=' assigns: compare with '=='.", range);
  }
  const text = error.summary.replace(/\b[A-Z]{2,}\b/g, (token) => TOKENS[token] ?? token);
  return new ExpressionError("expression_syntax", `${text}.`, range);
}

function within(range: Range, source: string): Range {
  const start = Math.max(0, Math.min(range.start, source.length));
  return { start, end: Math.max(start, Math.min(range.end, source.length)) };
}

class Converter {
  private nodes = 0;

  constructor(private readonly source: string) {}

  convert(node: ASTNode, depth: number): Ast {
    const range = within(node, this.source);
    this.nodes += 1;
    if (depth > TREE_DEPTH_MAX) throw tooDeep(range);
    if (this.nodes > TREE_NODES_MAX) {
      throw new ExpressionError("expression_limit", "The expression is too large.", range);
    }
    const inner = (child: ASTNode): Ast => this.convert(child, depth + 1);
    switch (node.op) {
      case "value":
        return { kind: "literal", value: literal(node.args, range), ...range };
      case "id":
        return { kind: "identifier", name: node.args, ...range };
      case ".":
        return { kind: "select", operand: inner(node.args[0]), field: node.args[1], ...range };
      case "[]":
        return { kind: "index", operand: inner(node.args[0]), index: inner(node.args[1]), ...range };
      case "call":
        return this.call(node.args[0], null, node.args[1], range, inner);
      case "rcall":
        return this.call(node.args[0], node.args[1], node.args[2], range, inner);
      case "list":
        return { kind: "list", items: node.args.map(inner), ...range };
      case "map": {
        const entries = node.args.map(([key, value]) => [inner(key), inner(value)] as const);
        return { kind: "map", entries, ...range };
      }
      case "!_":
        return operator("!", [inner(node.args)], range);
      case "-_":
        return this.negative(node.args, range, inner);
      case ".?":
      case "[?]":
        throw new ExpressionError("expression_syntax", "Optional access is not supported.", range);
      default:
        return operator(node.op, (node.args as readonly ASTNode[]).map(inner), range);
    }
  }

  /** The least integer has no positive counterpart, so its sign belongs to the literal. */
  private negative(node: ASTNode, range: Range, inner: (node: ASTNode) => Ast): Ast {
    if (node.op === "value" && node.args === INT_MAX + 1n && this.source[range.start + 1] !== "(") {
      return { kind: "literal", value: -node.args, ...range };
    }
    return operator("neg", [inner(node)], range);
  }

  private call(
    name: string,
    target: ASTNode | null,
    given: readonly ASTNode[],
    range: Range,
    inner: (node: ASTNode) => Ast,
  ): Ast {
    if (target === null && name === "has") return this.has(given, range, inner);
    const [variable, body, second] = given;
    if (target !== null && MACROS.has(name) && variable && body) {
      if (variable.op === "id" && given.length <= (name === "map" ? 3 : 2)) {
        return {
          kind: "macro",
          name: name as MacroName,
          target: inner(target),
          variable: variable.args,
          body: inner(body),
          second: second ? inner(second) : null,
          ...range,
        };
      }
      throw new ExpressionError(
        "expression_syntax",
        `${name}() takes the name of a variable and an expression, as in list.${name}(item, item.x).`,
        range,
      );
    }
    return {
      kind: "call",
      function: name,
      target: target && inner(target),
      arguments: given.map(inner),
      ...range,
    };
  }

  private has(given: readonly ASTNode[], range: Range, inner: (node: ASTNode) => Ast): Ast {
    const [argument] = given;
    if (given.length !== 1 || argument?.op !== ".") {
      throw new ExpressionError(
        "expression_syntax",
        "has() takes a field, as in has(record.approvedBy).",
        range,
      );
    }
    return { kind: "has", operand: inner(argument.args[0]), field: argument.args[1], ...range };
  }
}

function operator(name: string, given: readonly Ast[], range: Range): Call {
  return { kind: "call", function: name, target: null, arguments: given, ...range };
}

function literal(value: unknown, range: Range): null | boolean | bigint | number | string {
  switch (typeof value) {
    case "boolean":
    case "number":
    case "string":
      return value;
    case "bigint":
      if (value <= INT_MAX) return value;
      throw new ExpressionError(
        "expression_limit",
        "This integer is too large: write decimal('…') for exact numbers of any size.",
        range,
      );
    default:
      if (value === null) return null;
      throw new ExpressionError(
        "expression_syntax",
        "Bytes and unsigned numbers are not supported: write a plain text or number.",
        range,
      );
  }
}
