/**
 * From source to tree: the grammar of the Common Expression Language, by recursive descent.
 *
 * A parser of our own, since players load it with their first page: that of cel-js came with its
 * evaluator and was half of the engine. The tests hold it against cel-js. Brackets, paths and signs
 * recurse and are counted; what is merely long is read in loops.
 *
 * Source: EX1, EX6 and EX10; the grammar of the CEL language definition.
 */
import type { Ast, Call, MacroName } from "./ast";
import { ExpressionError, type Range } from "./errors";
import { ARGUMENTS_MAX, NESTING_MAX, SOURCE_UNITS_MAX, TREE_DEPTH_MAX, TREE_NODES_MAX } from "./limits";
import { END, LITERAL, NAME, type Token, Tokens } from "./tokens";

const MACROS = new Set<string>(["map", "filter", "exists", "all", "exists_one"]);
const RESERVED = new Set([
  "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
  "return", "var", "void", "while", "__proto__", "prototype",
]);
const INT_MAX = 9223372036854775807n;

/** How strongly an operator binds what stands on both sides. */
const STRENGTHS: ReadonlyMap<string, number> = new Map([
  ["||", 1], ["&&", 2], ["==", 3], ["!=", 3], ["<", 4], ["<=", 4], [">", 4], [">=", 4], ["in", 4], ["+", 5], ["-", 5],
  ["*", 6], ["/", 6], ["%", 6],
]);

/** Returns the tree of a source; throws `ExpressionError`. */
export function parse(source: string): Ast {
  if (source.length > SOURCE_UNITS_MAX) {
    throw new ExpressionError("expression_limit", `An expression may have ${String(SOURCE_UNITS_MAX)} characters.`);
  }
  if (source.trim() === "") throw new ExpressionError("expression_syntax", "The expression is empty.");
  refuseManySigns(source);
  const tree = new Parser(source).whole();
  refuseDeepTree(tree, 0);
  return tree;
}

/** Signs recurse in the parser; within texts and comments they are only counted. */
function refuseManySigns(source: string): void {
  let signs = 0;
  for (let at = 0; at < source.length; at++) {
    const unit = source[at];
    if (unit === "!" || unit === "-") signs += 1;
    else if (unit !== " " && unit !== "\n" && unit !== "\t" && unit !== "\r") signs = 0;
    if (signs > NESTING_MAX) throw tooDeep({ start: at - NESTING_MAX, end: at + 1 });
  }
}

/** A chain of `+` is as deep as it is long, and whoever walks through the tree recurses. */
function refuseDeepTree(tree: Ast, depth: number): void {
  if (depth > TREE_DEPTH_MAX) throw tooDeep(tree);
  if (tree.kind === "literal" && typeof tree.value === "bigint" && tree.value > INT_MAX) {
    throw new ExpressionError(
      "expression_limit",
      "This integer is too large: write decimal('…') for exact numbers of any size.",
      { start: tree.start, end: tree.end },
    );
  }
  for (const child of childrenOf(tree)) refuseDeepTree(child, depth + 1);
}

function childrenOf(tree: Ast): readonly Ast[] {
  switch (tree.kind) {
    case "literal":
    case "identifier":
      return [];
    case "select":
    case "has":
      return [tree.operand];
    case "index":
      return [tree.operand, tree.index];
    case "call":
      return tree.target === null ? tree.arguments : [tree.target, ...tree.arguments];
    case "list":
      return tree.items;
    case "map":
      return tree.entries.flat();
    case "macro":
      return tree.second === null ? [tree.target, tree.body] : [tree.target, tree.body, tree.second];
  }
}

class Parser {
  private readonly tokens: Tokens;
  private token: Token;
  private nodes = 0;
  private depth = 0;

  constructor(private readonly source: string) {
    this.tokens = new Tokens(source);
    this.token = this.tokens.next();
  }

  whole(): Ast {
    const tree = this.expression();
    if (this.token.kind === END) return tree;
    throw syntax(`Unexpected character: '${this.source[this.token.start] ?? ""}'.`, this.token);
  }

  /** `condition ? one : other`, or what binds stronger. */
  private expression(): Ast {
    this.descend(this.token);
    const condition = this.binary(1);
    let tree = condition;
    if (this.isAt("?")) {
      this.advance();
      const one = this.expression();
      this.expect(":");
      const other = this.expression();
      tree = this.operator("?:", [condition, one, other], { start: condition.start, end: other.end });
    }
    this.depth -= 1;
    return tree;
  }

  private binary(least: number): Ast {
    let left = this.unary();
    for (;;) {
      const { kind } = this.token;
      const strength = STRENGTHS.get(kind) ?? 0;
      if (strength < least) return left;
      this.advance();
      const right = this.binary(strength + 1);
      left = this.operator(kind, [left, right], { start: left.start, end: right.end });
    }
  }

  private unary(): Ast {
    const { kind, start } = this.token;
    if (kind !== "!" && kind !== "-") return this.postfix();
    this.advance();
    const operand = this.unary();
    const range = { start, end: operand.end };
    // The least integer has no positive counterpart, so its sign belongs to the literal.
    if (kind === "-" && operand.kind === "literal" && operand.value === INT_MAX + 1n && this.source[start + 1] !== "(") {
      return this.node({ kind: "literal", value: -operand.value, ...range });
    }
    return this.operator(kind === "-" ? "neg" : "!", [operand], range);
  }

  private postfix(): Ast {
    let tree = this.primary();
    const { depth } = this;
    for (;;) {
      const { token } = this;
      if (this.isAt(".")) {
        this.advance();
        this.descend(token);
        tree = this.member(tree);
      } else if (this.isAt("[")) {
        this.advance();
        this.descend(token);
        const index = this.expression();
        const { end } = this.expect("]");
        tree = this.node({ kind: "index", operand: tree, index, start: tree.start, end });
      } else {
        this.depth = depth;
        return tree;
      }
    }
  }

  /** What follows a point: a field, or a function of what stands before. */
  private member(target: Ast): Ast {
    const { value, end } = this.expect(NAME);
    const name = String(value);
    if (!this.isAt("(")) return this.node({ kind: "select", operand: target, field: name, start: target.start, end });
    const given = this.list("(", ")", ARGUMENTS_MAX, () => this.expression());
    const range = { start: target.start, end: given.end };
    const [variable, body, second] = given.items;
    if (!MACROS.has(name) || variable === undefined || body === undefined) {
      return this.node({ kind: "call", function: name, target, arguments: given.items, ...range });
    }
    if (variable.kind !== "identifier" || given.items.length > (name === "map" ? 3 : 2)) {
      const wrong = variable.kind === "identifier" ? range : variable;
      throw syntax(`${name}() takes the name of a variable and an expression, as in list.${name}(item, item.x).`, wrong);
    }
    return this.node({ kind: "macro", name: name as MacroName, target, variable: variable.name, body, second: second ?? null, ...range });
  }

  private primary(): Ast {
    const { kind, value, start, end } = this.token;
    switch (kind) {
      case LITERAL:
        this.advance();
        return this.node({ kind: "literal", value, start, end });
      case NAME:
        return this.named(String(value));
      case "(": {
        this.advance();
        const tree = this.expression();
        this.expect(")");
        return tree;
      }
      case "[": {
        const { items, ...range } = this.list("[", "]", TREE_NODES_MAX, () => this.expression());
        return this.node({ kind: "list", items, ...range });
      }
      case "{": {
        const { items, ...range } = this.list("{", "}", TREE_NODES_MAX, () => this.entry());
        return this.node({ kind: "map", entries: items, ...range });
      }
      default:
        throw syntax(`Unexpected token: ${nameOf(this.token)}.`, this.token);
    }
  }

  private named(name: string): Ast {
    const { start, end } = this.expect(NAME);
    if (RESERVED.has(name)) throw syntax(`Reserved identifier: ${name}.`, { start, end });
    if (!this.isAt("(")) return this.node({ kind: "identifier", name, start, end });
    const given = this.list("(", ")", ARGUMENTS_MAX, () => this.expression());
    const range = { start, end: given.end };
    if (name !== "has") return this.operator(name, given.items, range);
    const [argument] = given.items;
    if (given.items.length !== 1 || argument?.kind !== "select") {
      throw syntax("has() takes a field, as in has(record.approvedBy).", range);
    }
    return this.node({ kind: "has", operand: argument.operand, field: argument.field, ...range });
  }

  private entry(): readonly [Ast, Ast] {
    const key = this.expression();
    this.expect(":");
    return [key, this.expression()];
  }

  /** Items between brackets; behind the last one a comma may stand. */
  private list<Item>(open: string, close: string, itemsMax: number, read: () => Item): Range & { readonly items: readonly Item[] } {
    const { start } = this.expect(open);
    const items: Item[] = [];
    while (!this.isAt(close)) {
      const { token } = this;
      items.push(read());
      if (items.length > itemsMax) throw tooLarge(token);
      if (!this.isAt(",")) break;
      this.advance();
    }
    return { items, start, end: this.expect(close).end };
  }

  private operator(name: string, given: readonly Ast[], range: Range): Ast {
    const call: Call = { kind: "call", function: name, target: null, arguments: given, ...range };
    return this.node(call);
  }

  private node(tree: Ast): Ast {
    this.nodes += 1;
    if (this.nodes > TREE_NODES_MAX) throw tooLarge(tree);
    return tree;
  }

  private descend(at: Range): void {
    this.depth += 1;
    if (this.depth > NESTING_MAX) throw tooLarge(at);
  }

  private isAt(kind: string): boolean {
    return this.token.kind === kind;
  }

  private advance(): Token {
    const { token } = this;
    this.token = this.tokens.next();
    return token;
  }

  private expect(kind: string): Token {
    if (this.isAt(kind)) return this.advance();
    throw syntax(`Expected ${kind === NAME ? "a name" : `'${kind}'`}, got ${nameOf(this.token)}.`, this.token);
  }
}

/** A token in words. */
function nameOf({ kind, value }: Token): string {
  if (kind === END) return "the end";
  if (kind === NAME) return "a name";
  if (kind !== LITERAL) return `'${kind}'`;
  if (value === null) return "null";
  return typeof value === "boolean" ? "true or false" : typeof value === "string" ? "a text" : "a number";
}

function syntax(message: string, { start, end }: Range): ExpressionError {
  return new ExpressionError("expression_syntax", message, { start, end });
}

function tooLarge({ start }: Range): ExpressionError {
  return new ExpressionError("expression_limit", "The expression is too large.", { start, end: start });
}

function tooDeep({ start, end }: Range): ExpressionError {
  return new ExpressionError("expression_limit", "The expression is nested too deeply.", { start, end });
}
