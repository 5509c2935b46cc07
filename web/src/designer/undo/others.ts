/**
 * What of a step must not be undone, because somebody else has worked there since.
 *
 * Yjs guards texts and lists by itself: one's own characters go, others' stay. Of maps it knows less:
 *
 * - A container that one added may hold others' work by now; undoing the addition would take it away.
 * - A key whose value is not the step's own any more holds somebody else's choice. Yjs sees that in
 *   most cases, but passes over a value that an undo of one's own has brought back, and where two
 *   people wrote at once it restores nothing and leaves the key empty. So the manager is told to look
 *   at nothing (`ignoreRemoteMapChanges`), and what it must not touch is cut out of the step before.
 */
import * as Y from "yjs";

import type { AnyType } from "../conflicts/where";
import { eachItem, redoneOf, type Step, without } from "./structs";

/** What is known beyond the document itself. */
export interface Memory {
  /** Items of keys that somebody else deleted. */
  readonly foreignDeletes: WeakSet<Y.Item>;
  /** Items by which the server put back what a refused edit of one's own had replaced. */
  readonly putBack: WeakSet<Y.Item>;
}

/** Cuts what is others' out of a step; true if a container stays because of it. */
export function spareOthers(doc: Y.Doc, step: Step, memory: Memory): boolean {
  const held = heldContainers(doc, step, memory);
  if (held.size > 0) step.insertions = without(doc, step.insertions, (item) => isWithin(item, held));
  const own = ownValues(doc, step);
  const last = lastReplaced(doc, step);
  step.deletions = without(doc, step.deletions, (item) => {
    if (item.parentSub === null || Y.isDeleted(step.insertions, item.id)) return false;
    const parent = liveParent(doc, item);
    // The container comes back as a whole, by this very step.
    if (parent === null) return false;
    const current = parent._map.get(item.parentSub);
    if (current === undefined) return false;
    if (held.has(current)) return true;
    if (current.deleted ? memory.foreignDeletes.has(current) : !own.has(current)) return true;
    return last.get(parent)?.get(item.parentSub) !== item;
  });
  return held.size > 0;
}

function heldContainers(doc: Y.Doc, step: Step, memory: Memory): ReadonlySet<Y.Item> {
  const held = new Set<Y.Item>();
  eachItem(doc, step.insertions, (inserted) => {
    const item = redoneOf(doc, inserted);
    if (!item.deleted && item.content instanceof Y.ContentType && hasForeign(doc, item, item.content.type, memory)) {
      held.add(item).add(inserted);
    }
  });
  return held;
}

/** Whether anything alive in a container was written by somebody else. */
function hasForeign(doc: Y.Doc, item: Y.Item, type: AnyType, memory: Memory): boolean {
  // What the server put back for us counts as ours, with all that it is made of.
  const own = memory.putBack.has(item) ? item.id.client : doc.clientID;
  const isForeign = (part: Y.Item): boolean => {
    if (part.deleted) return false;
    if (part.id.client !== doc.clientID && part.id.client !== own && !memory.putBack.has(part)) return true;
    return part.content instanceof Y.ContentType && hasForeign(doc, part, part.content.type, memory);
  };
  for (const part of type._map.values()) if (isForeign(part)) return true;
  for (let part = type._start; part !== null; part = part.right) if (isForeign(part)) return true;
  return false;
}

function isWithin(item: Y.Item, containers: ReadonlySet<Y.Item>): boolean {
  for (let current: Y.Item | null = item; current !== null; ) {
    if (containers.has(current)) return true;
    current = current.parent instanceof Y.AbstractType ? current.parent._item : null;
  }
  return false;
}

/** The values that the step itself has put into keys, as they stand after later undos and redos. */
function ownValues(doc: Y.Doc, step: Step): ReadonlySet<Y.Item> {
  const own = new Set<Y.Item>();
  eachItem(doc, step.insertions, (item) => {
    if (item.parentSub !== null) own.add(redoneOf(doc, item)).add(item);
  });
  return own;
}

/** Of several values that a step replaced under one key, the one that stood there last. */
function lastReplaced(doc: Y.Doc, step: Step): ReadonlyMap<AnyType, ReadonlyMap<string, Y.Item>> {
  const last = new Map<AnyType, Map<string, Y.Item>>();
  eachItem(doc, step.deletions, (item) => {
    const parent = item.parentSub === null ? null : liveParent(doc, item);
    if (parent === null || item.parentSub === null || Y.isDeleted(step.insertions, item.id)) return;
    const keys = last.get(parent) ?? new Map<string, Y.Item>();
    last.set(parent, keys);
    const other = keys.get(item.parentSub);
    if (other === undefined || isRightOf(item, other)) keys.set(item.parentSub, item);
  });
  return last;
}

function isRightOf(item: Y.Item, other: Y.Item): boolean {
  for (let current = other.right; current !== null; current = current.right) if (current === item) return true;
  return false;
}

/** The map that an item's key belongs to now; null while that is deleted. */
function liveParent(doc: Y.Doc, item: Y.Item): AnyType | null {
  if (!(item.parent instanceof Y.AbstractType)) return null;
  if (item.parent._item === null) return item.parent;
  const parent = redoneOf(doc, item.parent._item);
  return !parent.deleted && parent.content instanceof Y.ContentType ? parent.content.type : null;
}
