/**
 * Renaming as a refactoring: the name, and everything that uses it, as one change.
 *
 * References are by id and stay. What is rewritten are the names in expressions, in paths (columns,
 * bindings, sorting) and the keys of values. Source: MODEL.md, "Live form", references.
 */
import type { Editor, PropPath } from "../../model/editor";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isExpression, isObject } from "../../model/value";
import { retargeted } from "./links";
import { at } from "./scope";
import type { Subject } from "./subjects";
import { type Use, usesOf } from "./uses";

/** One place that a renaming rewrites. */
export interface Rewrite {
  readonly node: string;
  readonly path: PropPath;
  readonly how: "expression" | "text" | "key";
  readonly before: string;
  readonly after: string;
  /** False where the name may be of something else: offered, and left alone unless it is chosen. */
  readonly isCertain: boolean;
}

/** What a renaming to `next` rewrites, in the order of the model; of a page `next` is the path. */
export function rewritesOf(snapshot: Snapshot, subject: Subject, next: string): readonly Rewrite[] {
  const page = subject.kind === "page" ? snapshot.node(subject.id) : undefined;
  const places = new Map<string, Use[]>();
  for (const use of usesOf(snapshot, subject)) {
    if (use.how === "reference") continue;
    // What is certain and what is a guess within one expression are two offers.
    const key = JSON.stringify([use.node, use.path, use.how, use.isCertain]);
    places.set(key, [...(places.get(key) ?? []), use]);
  }
  return [...places.values()].flatMap((uses) => (page === undefined ? rewriteOf(snapshot, uses, next) : linkOf(snapshot, uses, page, next)) ?? []);
}

function linkOf(snapshot: Snapshot, [link]: readonly Use[], page: LiveNode, path: string): Rewrite | null {
  if (link === undefined || (link.how !== "text" && link.how !== "expression")) return null;
  const before = sourceAt(snapshot, link.node, link.path);
  const after = retargeted(snapshot, at(snapshot.node(link.node)?.props, link.path), page, path);
  return before === null || after === null || before === after ? null : { node: link.node, path: link.path, how: link.how, isCertain: true, before, after };
}

function rewriteOf(snapshot: Snapshot, uses: readonly Use[], next: string): Rewrite | null {
  const [first] = uses;
  if (first === undefined || first.how === "reference") return null;
  const { node, path, how, isCertain } = first;
  if (how === "key") return { node, path, how, isCertain, before: path.at(-1) ?? "", after: next };
  const before = sourceAt(snapshot, node, path);
  if (before === null) return null;
  return { node, path, how, isCertain, before, after: replaced(before, uses, next) };
}

/** The text with all the names replaced, the last one first so that the places of others stay. */
function replaced(source: string, uses: readonly Use[], next: string): string {
  return uses
    .flatMap(({ range }) => range ?? [])
    .toSorted((one, other) => other.start - one.start)
    .reduce((text, { start, end }) => text.slice(0, start) + next + text.slice(end), source);
}

/** The expression or plain text at a path. */
export function sourceAt(snapshot: Snapshot, node: string, path: PropPath): string | null {
  const value = at(snapshot.node(node)?.props, path);
  if (isExpression(value)) return value.expr;
  return typeof value === "string" ? value : null;
}

/** Sets the name, and what else goes with it, and rewrites the chosen places, as one change. */
export function rename(editor: Editor, snapshot: Snapshot, node: string, props: JsonObject, rewrites: readonly Rewrite[]): void {
  editor.together(() => {
    for (const [property, value] of Object.entries(props)) editor.set(node, [property], value);
    const writer = new Writer(editor, snapshot);
    for (const rewrite of rewrites) if (rewrite.how !== "key") writer.write(rewrite);
    // Keys come last: until then the expressions beneath them are found at their old paths.
    for (const rewrite of rewrites) if (rewrite.how === "key") writer.renameKey(rewrite);
  });
}

class Writer {
  /** What was written so far, by node and path: two offers within one text are put together. */
  readonly #texts = new Map<string, string>();
  readonly #registers = new Map<string, Json>();

  constructor(
    private readonly editor: Editor,
    private readonly snapshot: Snapshot,
  ) {}

  write({ node, path, before, after, how }: Rewrite): void {
    const key = JSON.stringify([node, path]);
    const known = this.#texts.get(key);
    const text = known === undefined ? after : merged(before, known, after);
    this.#texts.set(key, text);
    const isShared = how === "expression" && this.editor.text(node, [...path, "expr"]) !== null;
    if (isShared) this.editor.type(node, [...path, "expr"], text);
    else this.#set(node, path, how === "expression" ? { expr: text } : text);
  }

  renameKey({ node, path, after }: Rewrite): void {
    const value = at(this.snapshot.node(node)?.props, path);
    const text = this.#texts.get(JSON.stringify([node, path]));
    this.editor.set(node, path, undefined);
    this.editor.set(node, [...path.slice(0, -1), after], text === undefined ? value : isExpression(value) ? { expr: text } : text);
  }

  // A member of an array within a register is written with the whole array.
  #set(node: string, path: PropPath, value: Json): void {
    const props = this.snapshot.node(node)?.props;
    const depth = path.findIndex((_, index) => Array.isArray(at(props, path.slice(0, index))));
    if (depth < 0) {
      this.editor.set(node, path, value);
      return;
    }
    const register = path.slice(0, depth);
    const key = JSON.stringify([node, register]);
    const next = withMember(this.#registers.get(key) ?? at(props, register), path.slice(depth), value);
    this.#registers.set(key, next);
    this.editor.set(node, register, next);
  }
}

/** Two rewritings of one text, of different places of the same name, put together. */
function merged(before: string, one: string, other: string): string {
  const names = /[A-Za-z_][A-Za-z0-9_]*|[^A-Za-z_]+/gu;
  const [old, left, right] = [before, one, other].map((text) => text.match(names) ?? []);
  if (old === undefined || left === undefined || right === undefined || left.length !== old.length || right.length !== old.length) return one;
  return old.map((part, index) => (left[index] !== part ? left[index] : right[index])).join("");
}

function withMember(current: Json | undefined, path: PropPath, value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(current)) return (current as readonly Json[]).map((item, index) => (String(index) === key ? withMember(item, rest, value) : item));
  return { ...(isObject(current) ? current : {}), [key]: withMember(isObject(current) ? current[key] : undefined, rest, value) };
}
