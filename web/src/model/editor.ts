/**
 * The edits that one person makes to the live form, each one transaction.
 *
 * They carry `LOCAL_EDIT` as origin, by which the undo manager knows a person's own work. No edit
 * replaces a container of an existing node.
 */
import * as Y from "yjs";

import { buildEntry, buildExpression, buildMembers, buildValue } from "./containers";
import type { Fragment } from "./fragment";
import { newId } from "./identifiers";
import { orderAt } from "./order";
import { typeOf } from "./registry";
import type { Snapshot } from "./snapshot";
import { starterProps } from "./starters";
import { diffText, type TextChange } from "./textdiff";
import { mergeOf } from "./schema";
import { type Definition, type Json, type JsonObject, type Place, ROOT, type Schema } from "./types";
import { isExpression, isObject, listEntries } from "./value";

/** Origin of a person's own edits. */
export const LOCAL_EDIT = { name: "local edit" } as const;
/** Origin of the unplaced birth of a node: undoing it would remove what others put inside. */
export const BIRTH = { name: "birth" } as const;

/** Keys from a node's props inwards: property, entry id, member, … */
export type PropPath = readonly string[];

export class Editor {
  readonly doc: Y.Doc;
  readonly #schemaOf: (type: string) => Schema | undefined;
  readonly #nodes: Y.Map<unknown>;
  readonly #application: Y.Map<unknown>;

  /** `schemaOf` gives the schema of a node's type, by which a missing container is told. */
  constructor(doc: Y.Doc, schemaOf: (type: string) => Schema | undefined) {
    this.doc = doc;
    this.#schemaOf = schemaOf;
    this.#nodes = doc.getMap("nodes");
    this.#application = doc.getMap("application");
  }

  /** Creates a node at `index` of a slot and returns its id. */
  create(definition: Definition, snapshot: Snapshot, parent: string, slot: string, index: number): string {
    const id = newId();
    const props = starterProps(definition, snapshot, parent, slot);
    this.#give(id, typeOf(definition), definition.schema, props);
    this.place(id, [parent, slot, orderAt(orderedChildren(snapshot, parent, slot), index)]);
    return id;
  }

  /** Creates a node that is born in the Trash, whole; `place` then puts it where it belongs. */
  #give(id: string, type: string, schema: Schema | undefined, props: JsonObject): void {
    // Two transactions, because undoing the second one leaves the node in the Trash, as deleting
    // does. Undoing a birth would remove the node with all that others put into it meanwhile.
    this.doc.transact(() => this.#nodes.set(id, buildNode(type, null, schema, props)), BIRTH);
  }

  /**
   * Puts a copy of a fragment at `index` of a slot and returns the ids of its outermost nodes.
   *
   * References within it lead to the copies; others stay as they are.
   */
  insert(fragment: Fragment, snapshot: Snapshot, parent: string, slot: string, index: number): readonly string[] {
    const ids = new Map(fragment.nodes.map((node) => [node.id, newId()]));
    const idOf = (id: string): string => ids.get(id) as string;
    this.doc.transact(() => {
      for (const node of fragment.nodes) {
        const place: Place | null = node.place === null ? null : [idOf(node.place[0]), node.place[1], node.place[2]];
        const props = withIds(node.props, ids) as JsonObject;
        this.#nodes.set(idOf(node.id), buildNode(node.type, place, this.#schemaOf(node.type), props));
      }
    }, BIRTH);
    const roots = fragment.roots.map(idOf);
    this.placeAll(roots, snapshot, parent, slot, index);
    return roots;
  }

  /**
   * Moves nodes, in their order, to `index` of a slot, as one change.
   *
   * `index` counts the children as they stand in `snapshot`, moved ones included.
   */
  placeAll(ids: readonly string[], snapshot: Snapshot, parent: string, slot: string, index: number): void {
    const moved = new Set(ids);
    const siblings = orderedChildren(snapshot, parent, slot);
    const others = siblings.filter((sibling) => !moved.has(sibling.id));
    let at = siblings.slice(0, index).filter((sibling) => !moved.has(sibling.id)).length;
    this.#edit(() => {
      for (const id of ids) {
        const order = orderAt(others, at);
        this.place(id, [parent, slot, order]);
        others.splice(at, 0, { id, order });
        at += 1;
      }
    });
  }

  /** Moves nodes into the Trash, as one change. */
  removeAll(ids: readonly string[]): void {
    this.#edit(() => {
      for (const id of ids) this.place(id, null);
    });
  }

  /** Performs several edits as one change, which is undone in one go. */
  together(edits: () => void): void {
    this.#edit(edits);
  }

  /** Sets parent, slot and order; null moves the node to the Trash. */
  place(id: string, place: Place | null): void {
    this.#edit(() => {
      const node = this.#nodes.get(id);
      if (node instanceof Y.Map) node.set("place", place === null ? null : [...place]);
    });
  }

  /** Moves a node by one among its siblings; false at the end of the slot. */
  moveBy(id: string, step: -1 | 1, snapshot: Snapshot): boolean {
    const place = snapshot.node(id)?.place;
    if (!place) return false;
    const siblings = orderedChildren(snapshot, place[0], place[1]);
    const index = siblings.findIndex((sibling) => sibling.id === id);
    const target = index + step;
    if (index < 0 || target < 0 || target >= siblings.length) return false;
    const others = siblings.filter((sibling) => sibling.id !== id);
    this.place(id, [place[0], place[1], orderAt(others, target)]);
    return true;
  }

  /** Sets one value; undefined removes it, so that the default holds again. */
  set(id: string, path: PropPath, value: Json | undefined): void {
    this.#edit(() => {
      this.#complete(id, path);
      const found = this.#container(id, path);
      if (found === null) return;
      const [container, rest] = found;
      const key = rest[0] as string;
      const next = rest.length === 1 ? value : replaceIn(container.get(key), rest.slice(1), value);
      if (next === undefined) container.delete(key);
      else container.set(key, isExpression(next) ? buildExpression(next.expr) : next);
    });
  }

  /** Empties a container, whose identity stays. */
  clear(id: string, path: PropPath): void {
    this.#edit(() => {
      const value = this.#value(id, path);
      if (value instanceof Y.Map) for (const key of [...value.keys()]) value.delete(key);
      else if (value instanceof Y.Text) value.delete(0, value.length);
      else this.set(id, path, undefined);
    });
  }

  /** Writes the difference between a shared text and `next` into it. */
  type(id: string, path: PropPath, next: string): void {
    this.#edit(() => {
      this.#complete(id, path);
      const text = this.text(id, path);
      if (text === null) return;
      const change = diffText(text.toString(), next);
      if (change === null) return;
      if (change.remove > 0) text.delete(change.index, change.remove);
      if (change.insert !== "") text.insert(change.index, change.insert);
    });
  }

  /** Makes changes to a shared text one after the other; each counts what those before it have done. */
  splice(text: Y.Text, changes: readonly TextChange[]): void {
    this.#edit(() => {
      for (const { index, remove, insert } of changes) {
        if (remove > 0) text.delete(index, remove);
        if (insert !== "") text.insert(index, insert);
      }
    });
  }

  /** The shared text at a path (`[…, "expr"]` of an expression included), or null. */
  text(id: string, path: PropPath): Y.Text | null {
    const value = this.#value(id, path);
    return value instanceof Y.Text ? value : null;
  }

  /** Adds an entry to a list and returns its id. */
  addEntry(id: string, path: PropPath, list: Schema, entry: JsonObject): string {
    const entryId = newId();
    this.#edit(() => {
      this.#complete(id, path);
      const container = this.#value(id, path);
      if (!(container instanceof Y.Map)) return;
      const sorted = orderedEntries(container.toJSON() as JsonObject);
      const order = orderAt(sorted, sorted.length);
      container.set(entryId, buildEntry(list, { order, ...entry }));
    });
    return entryId;
  }

  moveEntry(id: string, path: PropPath, entryId: string, step: -1 | 1): void {
    this.#edit(() => {
      const container = this.#value(id, path);
      const entry = container instanceof Y.Map ? container.get(entryId) : undefined;
      if (!(container instanceof Y.Map) || !(entry instanceof Y.Map)) return;
      const sorted = orderedEntries(container.toJSON() as JsonObject);
      const target = sorted.findIndex((other) => other.id === entryId) + step;
      if (target < 0 || target >= sorted.length) return;
      const others = sorted.filter((other) => other.id !== entryId);
      entry.set("order", orderAt(others, target));
    });
  }

  #edit(change: () => void): void {
    this.doc.transact(change, LOCAL_EDIT);
  }

  // The application's own properties live in a root map, a node's in its `props`.
  #props(id: string): Y.Map<unknown> | null {
    if (id === ROOT) return this.#application;
    const node = this.#nodes.get(id);
    const props = node instanceof Y.Map ? node.get("props") : undefined;
    return props instanceof Y.Map ? props : null;
  }

  // Containers come with their node. Only where one is missing after all (the application of an
  // empty room, a node of a simpler tool) it is made here, since without it no edit could be made.
  #complete(id: string, path: PropPath): void {
    const props = this.#props(id);
    const name = path[0];
    if (props === null || name === undefined || props.has(name)) return;
    const node = this.#nodes.get(id);
    const type: unknown = id === ROOT ? "Application@1" : node instanceof Y.Map ? node.get("type") : undefined;
    const schema = typeof type === "string" ? this.#schemaOf(type)?.properties?.[name] : undefined;
    if (mergeOf(schema) !== "lww") props.set(name, buildValue(schema, undefined));
  }

  #value(id: string, path: PropPath): unknown {
    let value: unknown = this.#props(id);
    for (const key of path) value = value instanceof Y.Map ? value.get(key) : undefined;
    return value;
  }

  // The innermost shared map on the way, and the keys that are left from there.
  #container(id: string, path: PropPath): readonly [Y.Map<unknown>, PropPath] | null {
    let container = this.#props(id);
    if (container === null || path.length === 0) return null;
    let depth = 0;
    while (depth < path.length - 1) {
      const next: unknown = container.get(path[depth] as string);
      if (!(next instanceof Y.Map)) break;
      container = next;
      depth += 1;
    }
    return [container, path.slice(depth)];
  }
}

/** Siblings as the order functions take them. */
export function orderedChildren(snapshot: Snapshot, parent: string, slot: string) {
  return snapshot
    .children(parent, slot)
    .map((node) => ({ id: node.id, order: node.place?.[2] ?? "" }));
}

function orderedEntries(list: JsonObject) {
  return listEntries(list).map(([id, entry]) => ({
    id,
    order: typeof entry.order === "string" ? entry.order : "",
  }));
}

function buildNode(
  type: string,
  place: Place | null,
  schema: Schema | undefined,
  props: JsonObject,
): Y.Map<unknown> {
  const node = new Y.Map<unknown>();
  node.set("type", type);
  node.set("place", place === null ? null : [...place]);
  node.set("props", buildMembers(schema, props));
  return node;
}

/** A copy of plain JSON with one member replaced; a register is always written whole. */
function replaceIn(current: unknown, path: PropPath, value: Json | undefined): Json {
  const [key, ...rest] = path;
  const object = isObject(current) && !isExpression(current) ? current : {};
  if (key === undefined) return object;
  const next = rest.length === 0 ? value : replaceIn(object[key], rest, value);
  const others = Object.entries(object).filter(([name]) => name !== key);
  return Object.fromEntries(next === undefined ? others : [...others, [key, next]]);
}

/** References among copied nodes point to the copies. */
export function withIds(value: Json, ids: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withIds(item, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      key === "ref" && typeof member === "string"
        ? [key, ids.get(member) ?? member]
        : [key, withIds(member, ids)],
    ),
  );
}
