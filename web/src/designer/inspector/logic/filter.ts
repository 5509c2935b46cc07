/**
 * Filters as rows: `item.status == 'draft' && item.total > 100` is two conditions of which all hold.
 *
 * Rows are read from the tree of an expression and written as one. What is no such filter (another
 * function, mixed groups, a comment) is no rows at all: then the expression itself is edited.
 */
import type { Ast, Call } from "../../../expressions/ast";
import { analyse } from "../../../expressions";

export type Operator =
  | "==" | "!=" | "<" | "<=" | ">" | ">="
  | "in" | "notIn" | "contains" | "startsWith" | "endsWith" | "isSet" | "isNotSet" | "isTrue" | "isFalse";

/** What a field is compared with. Numbers keep their writing, `decimal('9.90')` is an exact one. */
export type Operand =
  | { readonly kind: "text" | "number" | "decimal" | "timestamp" | "expression"; readonly text: string }
  | { readonly kind: "boolean"; readonly isTrue: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "list"; readonly items: readonly Operand[] };

export interface FilterRow {
  /** The path of the field in the record: `customer.name`. */
  readonly field: string;
  readonly operator: Operator;
  /** Null for operators that compare with nothing. */
  readonly operand: Operand | null;
  /** The condition counts only where its value is there: `(vars.x == null || item.y == vars.x)`. */
  readonly isOptional: "no" | "null" | "empty";
}

export interface Filter {
  readonly join: "and" | "or";
  readonly rows: readonly FilterRow[];
}

export const EMPTY_FILTER: Filter = { join: "and", rows: [] };

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
const METHODS: ReadonlySet<string> = new Set(["contains", "startsWith", "endsWith"]);
const MIRRORED: Readonly<Record<string, Operator>> = { "==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** The rows of a filter, or null if it is not of that shape. */
export function readFilter(source: string): Filter | null {
  if (source.trim() === "") return EMPTY_FILTER;
  const outcome = analyse(source);
  if (!outcome.ok) return null;
  const { ast } = outcome.value;
  // Written anew a comment would be lost.
  const filter = readJoined(ast, source);
  if (filter === null) return null;
  return slashes(source) === slashes(writeFilter(filter)) ? filter : null;
}

function slashes(source: string): number {
  return source.split("//").length;
}

function readJoined(ast: Ast, source: string): Filter | null {
  const single = readRow(ast, source);
  if (single !== null) return { join: "and", rows: [single] };
  if (!isCall(ast, "&&") && !isCall(ast, "||")) return null;
  const rows = operands(ast, ast.function).map((part) => readRow(part, source));
  if (rows.some((row) => row === null)) return null;
  return { join: ast.function === "&&" ? "and" : "or", rows: rows.filter((row) => row !== null) };
}

/** All that one operator joins: `a && (b && c)` are three. */
function operands(ast: Ast, operator: string): readonly Ast[] {
  return isCall(ast, operator) ? ast.arguments.flatMap((part) => operands(part, operator)) : [ast];
}

function isCall(ast: Ast, name: string): ast is Call {
  return ast.kind === "call" && ast.function === name && ast.target === null;
}

function readRow(ast: Ast, source: string): FilterRow | null {
  return readOptional(ast, source) ?? readCondition(ast, source);
}

/** `(value == null || condition)`, where the condition compares with that value. */
function readOptional(ast: Ast, source: string): FilterRow | null {
  if (!isCall(ast, "||")) return null;
  const [guard, condition, ...more] = operands(ast, "||");
  if (guard === undefined || condition === undefined || more.length > 0 || !isCall(guard, "==")) return null;
  const [subject, nothing] = guard.arguments;
  if (subject === undefined || nothing?.kind !== "literal") return null;
  const isOptional = nothing.value === null ? "null" : nothing.value === "" ? "empty" : null;
  const row = readCondition(condition, source);
  if (isOptional === null || row?.operand?.kind !== "expression") return null;
  return row.operand.text === textOf(subject, source) ? { ...row, isOptional } : null;
}

function readCondition(ast: Ast, source: string): FilterRow | null {
  const plain = (field: string | null, operator: Operator, operand: Operand | null): FilterRow | null =>
    field === null ? null : { field, operator, operand, isOptional: "no" };
  if (ast.kind === "has") return plain(fieldOf(ast.operand, ast.field), "isSet", null);
  if (ast.kind === "select") return plain(fieldOf(ast), "isTrue", null);
  if (ast.kind !== "call") return null;
  const [left, right] = ast.arguments;
  if (ast.target !== null) {
    const operator = METHODS.has(ast.function) ? (ast.function as Operator) : null;
    if (operator === null || left === undefined || ast.arguments.length !== 1) return null;
    return plain(fieldOf(ast.target), operator, readOperand(left, source));
  }
  if (ast.function === "!" && left !== undefined) return readNegated(left, source);
  if (left === undefined || right === undefined) return null;
  if (ast.function === "in") return plain(fieldOf(left), "in", readOperand(right, source));
  if (!COMPARISONS.has(ast.function)) return null;
  const field = fieldOf(left);
  if (field !== null) return plain(field, ast.function as Operator, readOperand(right, source));
  return plain(fieldOf(right), MIRRORED[ast.function] ?? "==", readOperand(left, source));
}

function readNegated(ast: Ast, source: string): FilterRow | null {
  const row = readCondition(ast, source);
  switch (row?.operator) {
    case "isSet":
      return { ...row, operator: "isNotSet" };
    case "isTrue":
      return { ...row, operator: "isFalse" };
    case "in":
      return { ...row, operator: "notIn" };
    default:
      return null;
  }
}

/** `item.customer.name` → `customer.name`. */
function fieldOf(ast: Ast, last?: string): string | null {
  const path = last === undefined ? [] : [last];
  let current = ast;
  while (current.kind === "select") {
    path.unshift(current.field);
    current = current.operand;
  }
  return current.kind === "identifier" && current.name === "item" && path.length > 0 ? path.join(".") : null;
}

function readOperand(ast: Ast, source: string): Operand {
  if (ast.kind === "literal") {
    const { value } = ast;
    if (value === null) return { kind: "null" };
    if (typeof value === "boolean") return { kind: "boolean", isTrue: value };
    if (typeof value === "string") return { kind: "text", text: value };
    return { kind: "number", text: textOf(ast, source) };
  }
  if (isCall(ast, "neg") && ast.arguments[0]?.kind === "literal" && typeof ast.arguments[0].value !== "string") {
    return { kind: "number", text: textOf(ast, source).replace(/\s/gu, "") };
  }
  if (ast.kind === "list") return { kind: "list", items: ast.items.map((item) => readOperand(item, source)) };
  if (isCall(ast, "decimal") || isCall(ast, "timestamp")) {
    const [given] = ast.arguments;
    if (given?.kind === "literal" && typeof given.value === "string" && ast.arguments.length === 1) {
      return { kind: ast.function === "decimal" ? "decimal" : "timestamp", text: given.value };
    }
  }
  return { kind: "expression", text: textOf(ast, source) };
}

// The ranges of a tree leave out the brackets around it; those within are part of it.
function textOf(ast: Ast, source: string): string {
  return source.slice(ast.start, ast.end).trim();
}

/** The expression of a filter; empty for one without rows. */
export function writeFilter({ join, rows }: Filter): string {
  const operator = join === "and" ? " && " : " || ";
  return rows.map((row) => writeRow(row, rows.length > 1)).join(operator);
}

function writeRow(row: FilterRow, isJoined: boolean): string {
  const condition = writeCondition(row);
  if (row.isOptional === "no" || row.operand?.kind !== "expression") return condition;
  const guarded = `${bracketed(row.operand.text)} == ${row.isOptional === "null" ? "null" : "''"} || ${condition}`;
  return isJoined ? `(${guarded})` : guarded;
}

function writeCondition({ field, operator, operand }: FilterRow): string {
  const subject = `item.${field}`;
  const value = operand === null ? "" : writeOperand(operand);
  switch (operator) {
    case "isSet":
      return `has(${subject})`;
    case "isNotSet":
      return `!has(${subject})`;
    case "isTrue":
      return subject;
    case "isFalse":
      return `!${subject}`;
    case "contains":
    case "startsWith":
    case "endsWith":
      return `${subject}.${operator}(${value})`;
    case "in":
      return `${subject} in ${value}`;
    case "notIn":
      return `!(${subject} in ${value})`;
    default:
      return `${subject} ${operator} ${value}`;
  }
}

function writeOperand(operand: Operand): string {
  switch (operand.kind) {
    case "text":
      return quoted(operand.text);
    case "number":
      return operand.text;
    case "decimal":
      return `decimal(${quoted(operand.text)})`;
    case "timestamp":
      return `timestamp(${quoted(operand.text)})`;
    case "boolean":
      return String(operand.isTrue);
    case "null":
      return "null";
    case "list":
      return `[${operand.items.map(writeOperand).join(", ")}]`;
    case "expression":
      return bracketed(operand.text);
  }
}

/** Brackets where an operator within would bind to what stands beside. */
function bracketed(source: string): string {
  const outcome = analyse(source);
  if (!outcome.ok) return source;
  const { ast } = outcome.value;
  return ast.kind === "call" && ast.target === null && /^[^a-z]|^in$|^neg$/u.test(ast.function) ? `(${source})` : source;
}

export function quoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  return `'${escaped}'`;
}
