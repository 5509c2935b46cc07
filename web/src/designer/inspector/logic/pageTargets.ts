/**
 * Where a link or an action leads: a page and a value for each parameter of its path.
 *
 * A target without expressions is a path (`/orders/new`), otherwise the expression that puts it
 * together (`'/orders/' + row.id`). Anything else is left to the editor of expressions.
 */
import { analyse, type Ast } from "../../../expressions";
import { findPage, hasParameters, pagePath } from "../../../model/routes";
import type { Snapshot } from "../../../model/snapshot";
import type { Json, LiveNode } from "../../../model/types";
import { isExpression, toText } from "../../../model/value";
import { quoted } from "./filter";

export interface PathValue {
  readonly kind: "text" | "expression";
  readonly text: string;
}

export interface PageTarget {
  readonly page: LiveNode;
  readonly values: Readonly<Record<string, PathValue>>;
}

/** Stands for the n-th expression while a path is matched; no path of a model has such a letter. */
const MARK = "\u{F0000}";

/** The page that a value leads to, or null for an address elsewhere and what cannot be told. */
export function readTarget(value: Json | undefined, snapshot: Snapshot): PageTarget | null {
  const parts = isExpression(value) ? concatenated(value.expr) : [{ kind: "text" as const, text: toText(value) }];
  if (parts === null || parts.every(({ text }) => text === "")) return null;
  const expressions: string[] = [];
  const path = parts
    .map(({ kind, text }) => (kind === "text" ? text : `${MARK}${expressions.push(text) - 1}${MARK}`))
    .join("");
  if (!path.startsWith("/") || path.includes("?") || path.includes("#")) return null;
  const match = findPage(snapshot, path);
  if (match === null) return null;
  const values: Record<string, PathValue> = {};
  for (const [name, segment] of Object.entries(match.parameters)) {
    const pieces = segment.split(MARK);
    const isWhole = pieces.length === 3 && pieces[0] === "" && pieces[2] === "";
    if (pieces.length !== 1 && !isWhole) return null;
    values[name] = isWhole ? { kind: "expression", text: expressions[Number(pieces[1])] ?? "" } : { kind: "text", text: segment };
  }
  return { page: match.page, values };
}

/** The value that leads to a page. */
export function writeTarget({ page, values }: PageTarget): Json {
  const segments = pagePath(page).split("/").map((segment): PathValue => {
    if (!segment.startsWith(":")) return { kind: "text", text: segment };
    const given = values[segment.slice(1)];
    if (given === undefined || given.text.trim() === "") return { kind: "text", text: segment };
    return given.kind === "expression" ? given : { kind: "text", text: encodeURIComponent(given.text) };
  });
  if (segments.every(({ kind }) => kind === "text")) return segments.map(({ text }) => text).join("/") || "/";
  const terms: string[] = [];
  let text = "";
  segments.forEach((segment, index) => {
    if (index > 0) text += "/";
    if (segment.kind === "text") {
      text += segment.text;
      return;
    }
    if (text !== "") terms.push(quoted(text));
    text = "";
    terms.push(isSimple(segment.text) ? segment.text.trim() : `(${segment.text.trim()})`);
  });
  if (text !== "") terms.push(quoted(text));
  return { expr: terms.join(" + ") };
}

export function parametersOf(page: LiveNode): readonly string[] {
  const path = pagePath(page);
  return hasParameters(path) ? path.split("/").filter((segment) => segment.startsWith(":")).map((segment) => segment.slice(1)) : [];
}

/** The terms of a sum of texts, or null for what is none. */
function concatenated(source: string): readonly PathValue[] | null {
  const outcome = analyse(source);
  return outcome.ok ? terms(outcome.value.ast, source) : null;
}

function terms(ast: Ast, source: string): readonly PathValue[] {
  if (ast.kind === "call" && ast.function === "+" && ast.target === null) return ast.arguments.flatMap((part) => terms(part, source));
  if (ast.kind === "literal" && typeof ast.value === "string") return [{ kind: "text", text: ast.value }];
  return [{ kind: "expression", text: source.slice(ast.start, ast.end) }];
}

function isSimple(source: string): boolean {
  const outcome = analyse(source);
  if (!outcome.ok) return true;
  const { ast } = outcome.value;
  return ast.kind !== "call" || ast.target !== null || /^[a-z]{2,}$/u.test(ast.function);
}
