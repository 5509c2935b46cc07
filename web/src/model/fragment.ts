/**
 * A piece of a model on its own: some nodes with all that is beneath them, in plain JSON.
 *
 * What is copied, pasted, dragged from the palette as a section or kept as a template is one.
 * Ids in it are its own; `Editor.insert` gives each node a new one.
 */
import { compareOrdered } from "./ordered";
import type { Snapshot } from "./snapshot";
import type { JsonObject, LiveNode, Place } from "./types";
import { isObject } from "./value";

/** `place` is null for the roots; below them it is parent, slot and order within the fragment. */
export interface Fragment {
  /** The ids of the outermost nodes, in their order. */
  readonly roots: readonly string[];
  /** Parents before their children. */
  readonly nodes: readonly LiveNode[];
}

/** More nodes than these are no fragment: the server would refuse them in one update. */
export const FRAGMENT_NODES_MAX = 2_000;

/** The nodes with all that is in them; what stands within another of them comes with that one. */
export function fragmentOf(snapshot: Snapshot, ids: readonly string[]): Fragment {
  const roots = outermost(snapshot, ids);
  const isRoot = new Set(roots);
  const nodes = roots.flatMap((root) =>
    snapshot.subtree(root).map((node) => (isRoot.has(node.id) ? { ...node, place: null } : node)),
  );
  return { roots, nodes };
}

/** Those of the ids that stand in none of the others, in the order in which they are shown. */
export function outermost(snapshot: Snapshot, ids: readonly string[]): readonly string[] {
  const chosen = new Set(ids);
  const paths = [...chosen].flatMap((id) => {
    const path = snapshot.path(id);
    const isInside = path.slice(0, -1).some((node) => chosen.has(node.id));
    return path.length === 0 || isInside ? [] : [path];
  });
  return paths.toSorted(comparePaths).map((path) => (path.at(-1) as LiveNode).id);
}

/** What moves when these are dragged: the outermost of them, those in the Trash behind the others. */
export function movedNodes(snapshot: Snapshot, ids: readonly string[]): readonly string[] {
  const chosen = new Set(ids);
  const deleted = [...chosen].filter((id) => snapshot.node(id) !== undefined && !snapshot.isLive(id));
  return [...outermost(snapshot, ids), ...deleted.filter((id) => !standsIn(snapshot, id, chosen))];
}

// Beneath a deleted node there is no path to the root, so the parents are followed one by one.
function standsIn(snapshot: Snapshot, id: string, chosen: ReadonlySet<string>): boolean {
  const seen = new Set([id]);
  let parent = snapshot.node(id)?.place?.[0];
  while (parent !== undefined && !seen.has(parent)) {
    if (chosen.has(parent)) return true;
    seen.add(parent);
    parent = snapshot.node(parent)?.place?.[0];
  }
  return false;
}

// The order of a walk through the tree; slots of one parent follow their names.
function comparePaths(a: readonly LiveNode[], b: readonly LiveNode[]): number {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth += 1) {
    const [left, right] = [a[depth] as LiveNode, b[depth] as LiveNode];
    if (left.id === right.id) continue;
    const [leftSlot, rightSlot] = [left.place?.[1] ?? "", right.place?.[1] ?? ""];
    if (leftSlot !== rightSlot) return leftSlot < rightSlot ? -1 : 1;
    return compareOrdered({ id: left.id, order: left.place?.[2] ?? "" }, { id: right.id, order: right.place?.[2] ?? "" });
  }
  return a.length - b.length;
}

/** A fragment from another room or program, read without trust; null if it is none. */
export function readFragment(value: unknown): Fragment | null {
  if (!isObject(value) || !Array.isArray(value.roots) || !Array.isArray(value.nodes)) return null;
  if (value.nodes.length > FRAGMENT_NODES_MAX) return null;
  const nodes: LiveNode[] = [];
  const known = new Set<string>();
  for (const item of value.nodes as readonly unknown[]) {
    if (!isObject(item) || typeof item.id !== "string" || typeof item.type !== "string" || !isObject(item.props)) return null;
    const place = item.place ?? null;
    if (known.has(item.id) || (place !== null && !isPlaceIn(place, known))) return null;
    known.add(item.id);
    nodes.push({ id: item.id, type: item.type, place, props: item.props as JsonObject });
  }
  const roots = (value.roots as readonly unknown[]).filter((id): id is string => typeof id === "string");
  const unplaced = new Set(nodes.filter((node) => node.place === null).map((node) => node.id));
  const isWhole = roots.length > 0 && roots.length === unplaced.size && roots.every((id) => unplaced.has(id));
  return isWhole ? { roots, nodes } : null;
}

function isPlaceIn(place: unknown, known: ReadonlySet<string>): place is Place {
  return Array.isArray(place) && place.length === 3 && place.every((part) => typeof part === "string") && known.has(place[0] as string);
}
