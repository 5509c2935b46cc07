/**
 * An immutable view of one state of the model: nodes by id, children by slot, paths and the Trash.
 *
 * `next` builds the view after a change and keeps every object that did not change, so that React
 * redraws only what did.
 */
import { compareOrdered } from "./ordered";
import { type JsonObject, type LiveNode, type Place, ROOT } from "./types";

const NONE: readonly LiveNode[] = [];

/** The children of each parent by slot, in order. */
type Index = Map<string, Map<string, LiveNode[]>>;

export class Snapshot {
  readonly application: JsonObject;
  readonly nodes: ReadonlyMap<string, LiveNode>;
  #shape: object = {};
  #children: Index | null = null;
  #trash: readonly string[] | null = null;

  constructor(application: JsonObject, nodes: ReadonlyMap<string, LiveNode>) {
    this.application = application;
    this.nodes = nodes;
  }

  static readonly EMPTY = new Snapshot({}, new Map());

  /** The snapshot after some nodes changed (null: no longer there). */
  next(application: JsonObject, changed: ReadonlyMap<string, LiveNode | null>): Snapshot {
    const nodes = new Map(this.nodes);
    let isPlaceKept = true;
    let isTypeKept = true;
    for (const [id, node] of changed) {
      const before = this.nodes.get(id);
      if (!samePlace(before?.place, node?.place)) isPlaceKept = false;
      if (before?.type !== node?.type) isTypeKept = false;
      if (node === null) nodes.delete(id);
      else nodes.set(id, node);
    }
    const snapshot = new Snapshot(application, nodes);
    if (this.#children !== null) snapshot.#adopt(this.#children, this.nodes, changed);
    if (isPlaceKept) snapshot.#trash = this.#trash;
    if (isPlaceKept && isTypeKept) snapshot.#shape = this.#shape;
    return snapshot;
  }

  /** The same object as long as no node comes, goes, moves or becomes another type: most edits change properties. */
  get shape(): object {
    return this.#shape;
  }

  /** Whether a node and the nodes directly in it are those of another snapshot. */
  isSame(other: Snapshot, id: string): boolean {
    return this.nodes.get(id) === other.nodes.get(id) && this.#index().get(id) === other.#index().get(id);
  }

  node(id: string): LiveNode | undefined {
    return this.nodes.get(id);
  }

  /** The children in a slot, in order. */
  children(parent: string, slot: string): readonly LiveNode[] {
    return this.#index().get(parent)?.get(slot) ?? NONE;
  }

  /** The slots of a parent that hold something. */
  slots(parent: string): readonly string[] {
    return [...(this.#index().get(parent)?.keys() ?? [])];
  }

  /** From the root element down to the node; empty if the node is deleted, lost or beneath a deleted one. */
  path(id: string): readonly LiveNode[] {
    const path: LiveNode[] = [];
    const seen = new Set<string>();
    let current = this.nodes.get(id);
    while (current !== undefined && current.place !== null && !seen.has(current.id)) {
      seen.add(current.id);
      path.unshift(current);
      if (current.place[0] === ROOT) return path;
      current = this.nodes.get(current.place[0]);
    }
    return [];
  }

  isLive(id: string): boolean {
    return this.path(id).length > 0;
  }

  /** The nodes that were deleted themselves; what is beneath them is still beneath them. */
  trash(): readonly LiveNode[] {
    this.#trash ??= [...this.nodes.values()]
      .filter((node) => node.place === null || (node.place[0] !== ROOT && !this.nodes.has(node.place[0])))
      .map((node) => node.id);
    return this.#trash.flatMap((id) => this.nodes.get(id) ?? []);
  }

  /** The node and all that is beneath it, parents first. */
  subtree(id: string): readonly LiveNode[] {
    const root = this.nodes.get(id);
    if (root === undefined) return NONE;
    const found: LiveNode[] = [root];
    const seen = new Set([id]);
    for (let index = 0; index < found.length; index += 1) {
      const parent = found[index] as LiveNode;
      for (const slot of this.slots(parent.id)) {
        for (const child of this.children(parent.id, slot)) {
          if (!seen.has(child.id)) found.push(child);
          seen.add(child.id);
        }
      }
    }
    return found;
  }

  #index(): Index {
    if (this.#children !== null) return this.#children;
    const index: Index = new Map();
    for (const node of this.nodes.values()) {
      if (node.place === null) continue;
      const [parent, slot] = node.place;
      const slots = index.get(parent) ?? new Map<string, LiveNode[]>();
      index.set(parent, slots);
      const siblings = slots.get(slot);
      if (siblings === undefined) slots.set(slot, [node]);
      else siblings.push(node);
    }
    for (const slots of index.values()) {
      for (const siblings of slots.values()) siblings.sort(compareNodes);
    }
    this.#children = index;
    return index;
  }

  // Only the slots that a change touches are made anew: who reads another one finds the same object.
  #adopt(index: Index, before: ReadonlyMap<string, LiveNode>, changed: ReadonlyMap<string, LiveNode | null>): void {
    const touched: Index = new Map();
    const slotAt = ([parent, slot]: Place): LiveNode[] => {
      const slots = touched.get(parent) ?? new Map<string, LiveNode[]>();
      touched.set(parent, slots);
      const arrived = slots.get(slot) ?? [];
      slots.set(slot, arrived);
      return arrived;
    };
    for (const [id, node] of changed) {
      const left = before.get(id)?.place ?? null;
      if (left !== null) slotAt(left);
      if (node !== null && node.place !== null) slotAt(node.place).push(node);
    }
    const adopted: Index = new Map(index);
    for (const [parent, slots] of touched) {
      const renewed = new Map(index.get(parent));
      for (const [slot, arrived] of slots) {
        const kept = (renewed.get(slot) ?? []).filter(({ id }) => !changed.has(id));
        const siblings = [...kept, ...arrived].sort(compareNodes);
        if (siblings.length > 0) renewed.set(slot, siblings);
        else renewed.delete(slot);
      }
      if (renewed.size > 0) adopted.set(parent, renewed);
      else adopted.delete(parent);
    }
    this.#children = adopted;
  }
}

function samePlace(a: LiveNode["place"] | undefined, b: LiveNode["place"] | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

function compareNodes(a: LiveNode, b: LiveNode): number {
  return compareOrdered(
    { id: a.id, order: a.place?.[2] ?? "" },
    { id: b.id, order: b.place?.[2] ?? "" },
  );
}
