/**
 * Links by path: which values lead to a page, and what they become when its path is another.
 *
 * Pages are called by their paths (`/orders/:id`), in texts and in expressions that put one together.
 */
import type { PropPath } from "../../model/editor";
import { findPage, hasParameters, pagePath } from "../../model/routes";
import type { Snapshot } from "../../model/snapshot";
import type { Json, LiveNode } from "../../model/types";
import { isExpression, isObject } from "../../model/value";
import { schemaOf } from "../../expressions/schema";
import { quoted } from "../inspector/logic/filter";
import { parametersOf, readTarget, writeTarget } from "../inspector/logic/pageTargets";
import { readExpression, type TextMention } from "./mentions";
import { at } from "./scope";

/** The property of links, menu items and actions that leads somewhere. */
const TARGET = "to";

/** The values of a node that lead to a page. */
export function linksIn(snapshot: Snapshot, node: LiveNode, page: LiveNode): readonly PropPath[] {
  return targetsIn(node.props).filter((path) => leadsTo(snapshot, at(node.props, path), page));
}

function targetsIn(value: Json | undefined): readonly PropPath[] {
  if (isExpression(value)) return [];
  const members = Array.isArray(value) ? [...(value as readonly Json[]).entries()] : isObject(value) ? Object.entries(value) : [];
  return members.flatMap(([key, member]) => {
    if (key === TARGET && (typeof member === "string" || isExpression(member))) return [[TARGET]];
    return targetsIn(member).map((path) => [String(key), ...path]);
  });
}

function leadsTo(snapshot: Snapshot, value: Json | undefined, page: LiveNode): boolean {
  if (typeof value === "string") return readTarget(split(value)[0], snapshot)?.page.id === page.id;
  if (!isExpression(value)) return false;
  const target = readTarget(value, snapshot);
  return target === null ? literalsTo(snapshot, value.expr, page).length > 0 : target.page.id === page.id;
}

/** The value with the page's new path in the place of its old one; null where that cannot be told. */
export function retargeted(snapshot: Snapshot, value: Json | undefined, page: LiveNode, path: string): string | null {
  const next = withPath(page, path);
  if (typeof value === "string") {
    const [address, rest] = split(value);
    const written = moved(snapshot, address, page, next);
    return typeof written === "string" ? `${written}${rest}` : null;
  }
  if (!isExpression(value)) return null;
  const written = moved(snapshot, value, page, next);
  if (isExpression(written)) return written.expr;
  if (typeof written === "string") return quoted(written);
  return withLiterals(snapshot, value.expr, page, next);
}

function moved(snapshot: Snapshot, value: Json, page: LiveNode, next: LiveNode): Json | null {
  const target = readTarget(value, snapshot);
  if (target?.page.id !== page.id) return null;
  // A parameter that is called otherwise keeps its value by its position.
  const former = parametersOf(page);
  const values = Object.fromEntries(parametersOf(next).flatMap((name, index) => {
    const given = target.values[name] ?? target.values[former[index] ?? ""];
    return given === undefined ? [] : [[name, given]];
  }));
  return writeTarget({ page: next, values });
}

// `cond ? '/orders' : '/'` and `'/orders?status=' + x` lead to pages by whole texts within them.
function literalsTo(snapshot: Snapshot, source: string, page: LiveNode): readonly TextMention[] {
  if (hasParameters(pagePath(page))) return [];
  const { texts } = readExpression(source, {}, schemaOf(snapshot));
  return texts.filter(({ value }) => {
    const [address] = split(value);
    // A text that goes on, as in `'/orders/' + id`, is a part of another address.
    const isWhole = address === "/" || (address.startsWith("/") && !address.endsWith("/"));
    return isWhole && findPage(snapshot, address)?.page.id === page.id;
  });
}

function withLiterals(snapshot: Snapshot, source: string, page: LiveNode, next: LiveNode): string | null {
  const texts = literalsTo(snapshot, source, page);
  if (texts.length === 0 || hasParameters(pagePath(next))) return null;
  return texts
    .toSorted((one, other) => other.range.start - one.range.start)
    .reduce((text, { value, range }) => `${text.slice(0, range.start)}${pagePath(next)}${split(value)[1]}${text.slice(range.end)}`, source);
}

/** An address and what follows it: `?status=open#top`. */
function split(address: string): readonly [string, string] {
  const at = address.search(/[?#]/u);
  return at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at)];
}

function withPath(page: LiveNode, path: string): LiveNode {
  return { ...page, props: { ...page.props, path } };
}
