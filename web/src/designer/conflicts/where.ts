/**
 * Where in the live form a shared type stands, and what an item of Yjs holds.
 *
 * A register is one key of a map; it is named by its node and the keys from the node's props inwards.
 * The place of a node is a register too, beside its props.
 */
import * as Y from "yjs";

import { type Json, ROOT } from "../../model/types";

export interface Where {
  readonly node: string;
  readonly kind: "value" | "place";
  /** Keys from the props inwards; `["place"]` for a place. */
  readonly path: readonly string[];
}

/** Any shared type, whatever its events are. */
export type AnyType = Exclude<Y.Item["parent"], Y.ID | null>;

/** How far back in the values of one key is looked. */
const CHAIN_MAX = 64;

/** One word for a register, for maps and lists of React. */
export function keyOf(where: Pick<Where, "node" | "kind" | "path">): string {
  return [where.kind, where.node, ...where.path].join("\u0000");
}

/** The register `key` of a map; null for what is no register of a node (the nodes themselves). */
export function whereOf(type: AnyType, key: string): Where | null {
  const keys = keysTo(type);
  if (keys === null) return null;
  const [root, ...rest] = [...keys, key];
  if (root === "application") return { node: ROOT, kind: "value", path: rest };
  const [node, part, ...path] = rest;
  if (root !== "nodes" || node === undefined) return null;
  if (part === "place") return { node, kind: "place", path: ["place"] };
  return part === "props" && path.length > 0 ? { node, kind: "value", path } : null;
}

/** Where a shared text stands. */
export function whereOfText(text: AnyType): Where | null {
  const item = text._item;
  if (item === null || item.parentSub === null || !(item.parent instanceof Y.AbstractType)) return null;
  return whereOf(item.parent, item.parentSub);
}

/** The root's name and the keys down to a type; null inside lists, which the live form has not. */
function keysTo(type: AnyType): readonly string[] | null {
  const keys: string[] = [];
  let current = type;
  for (let item = current._item; item !== null; item = current._item) {
    if (item.parentSub === null || !(item.parent instanceof Y.AbstractType)) return null;
    keys.unshift(item.parentSub);
    current = item.parent;
  }
  const name = [...(current.doc?.share ?? [])].find(([, shared]) => shared === current)?.[0];
  return name === undefined ? null : [name, ...keys];
}

/** What an item holds or held, deleted or not: undefined only where its content is gone. */
export function contentOf(item: Y.Item): Json | undefined {
  const { content } = item;
  if (content instanceof Y.ContentType) return typeContent(content.type);
  const last: unknown = content.getContent().at(-1);
  return last as Json | undefined;
}

/** The value of a key as it stands now. */
export function valueOf(item: Y.Item | undefined): Json | undefined {
  return item === undefined || item.deleted ? undefined : contentOf(item);
}

// `toJSON` leaves out what is deleted, and in a replaced expression everything is.
function typeContent(type: AnyType): Json {
  if (type instanceof Y.Text) {
    let text = "";
    for (let item = type._start; item !== null; item = item.right) {
      if (item.content instanceof Y.ContentString && (type._item?.deleted === true || !item.deleted)) text += item.content.str;
    }
    return text;
  }
  const isGone = type._item?.deleted === true;
  return Object.fromEntries(
    [...type._map].flatMap(([key, item]) => {
      const value = item.deleted && !isGone ? undefined : contentOf(item);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** The items of a key from the newest back to older ones. */
export function chainOf(item: Y.Item | undefined): readonly Y.Item[] {
  const chain: Y.Item[] = [];
  for (let current = item ?? null; current !== null && chain.length < CHAIN_MAX; current = current.left) chain.push(current);
  return chain;
}

/** Whether a struct came with the transaction. */
export function isNewIn(transaction: Y.Transaction, item: Y.Item): boolean {
  return item.id.clock >= (transaction.beforeState.get(item.id.client) ?? 0);
}

/** The registers that a transaction wrote, each with the newest item of its key. */
export function registersOf(transaction: Y.Transaction): readonly { readonly where: Where; readonly item: Y.Item }[] {
  return [...transaction.changed].flatMap(([type, keys]) => {
    if (!(type instanceof Y.Map)) return [];
    return [...keys].flatMap((key) => {
      const item = key === null ? undefined : type._map.get(key);
      const where = key === null || item === undefined ? null : whereOf(type, key);
      return where === null || item === undefined ? [] : [{ where, item }];
    });
  });
}

/** The texts that a transaction wrote in. */
export function textsOf(transaction: Y.Transaction): readonly { readonly where: Where; readonly text: Y.Text }[] {
  return [...transaction.changed.keys()].flatMap((type) => {
    const where = type instanceof Y.Text ? whereOfText(type) : null;
    return where === null || !(type instanceof Y.Text) ? [] : [{ where, text: type }];
  });
}

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || canonical(a) === canonical(b);
}

function canonical(value: Json | undefined): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
