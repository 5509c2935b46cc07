/** How sections are written down: components within components, made into a fragment. */
import { generateNKeysBetween } from "fractional-indexing";

import type { Fragment } from "../../../model/fragment";
import type { Json, JsonObject, LiveNode } from "../../../model/types";
import { isObject } from "../../../model/value";

export interface Piece {
  readonly type: string;
  readonly props: JsonObject;
  /** What stands in it, by slot. */
  readonly slots: Readonly<Record<string, readonly Piece[]>>;
  /** By which name references of the same section call it. */
  readonly name: string | null;
}

interface Rest {
  readonly slots?: Readonly<Record<string, readonly Piece[]>>;
  readonly name?: string;
}

/** A component of the first version of its definition, with what is in its main slot. */
export function piece(id: string, props: JsonObject = {}, children: readonly Piece[] = [], rest: Rest = {}): Piece {
  const slots = children.length === 0 ? {} : { children };
  return { type: `${id}@1`, props, slots: { ...slots, ...rest.slots }, name: rest.name ?? null };
}

/** A list as the live form keeps it: entries with an order of their own, scalars under `value`. */
export function entries(items: readonly Json[]): Json {
  const orders = generateNKeysBetween(null, null, items.length);
  return Object.fromEntries(items.map((item, index) => {
    const members = isObject(item) ? item : { value: item };
    return [`e${index}`, { ...members, order: orders[index] ?? "" }];
  }));
}

/** A piece and what is in it as a fragment; ids are the names, else places: `0`, `0.children.1`, … */
export function fragment(root: Piece): Fragment {
  const nodes: LiveNode[] = [];
  const visit = (current: Piece, id: string, place: LiveNode["place"]): void => {
    nodes.push({ id, type: current.type, place, props: current.props });
    for (const [slot, children] of Object.entries(current.slots)) {
      const orders = generateNKeysBetween(null, null, children.length);
      children.forEach((child, index) => visit(child, child.name ?? `${id}.${slot}.${index}`, [id, slot, orders[index] ?? ""]));
    }
  };
  const id = root.name ?? "0";
  visit(root, id, null);
  return { roots: [id], nodes };
}
