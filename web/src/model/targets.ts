/**
 * Where nodes may stand: asked alike by drags, moves by keyboard, pasting and wrapping.
 *
 * The definitions say what a slot takes and how many; a node can stand in nothing that is in it.
 */
import type { Registry } from "./registry";
import type { Snapshot } from "./snapshot";
import { ROOT } from "./types";

/** A gap between the children of a slot; `index` counts those that are there before the move. */
export interface Target {
  readonly parent: string;
  readonly slot: string;
  readonly index: number;
}

/** Why something cannot stand somewhere, for people. */
export type Obstacle = "unknown" | "kind" | "full" | "inside";

/** What is to be placed: nodes that are here already, or newcomers of some types. */
export type Moved =
  | { readonly kind: "nodes"; readonly ids: readonly string[] }
  | { readonly kind: "types"; readonly types: readonly string[] };

/** The obstacle, or null where all of it may stand. */
export function obstacle(moved: Moved, parent: string, slot: string, snapshot: Snapshot, registry: Registry): Obstacle | null {
  const owner = parent === ROOT ? null : (snapshot.node(parent) ?? undefined);
  if (owner === undefined || (owner !== null && !snapshot.isLive(owner.id))) return "unknown";
  const rule = registry.slotsOf(owner)[slot];
  if (rule === undefined) return "unknown";
  const types = moved.kind === "types" ? moved.types : moved.ids.map((id) => snapshot.node(id)?.type ?? "");
  if (types.length === 0 || types.some((type) => type === "" || !registry.accepts(rule, type))) return "kind";
  const ids = new Set(moved.kind === "nodes" ? moved.ids : []);
  if (snapshot.path(parent).some((node) => ids.has(node.id))) return "inside";
  const staying = snapshot.children(parent, slot).filter((node) => !ids.has(node.id)).length;
  return rule.max != null && staying + types.length > rule.max ? "full" : null;
}

/** The first slot of a node (the application for `ROOT`) that takes all of it, or null. */
export function firstSlot(moved: Moved, parent: string, snapshot: Snapshot, registry: Registry): string | null {
  const owner = parent === ROOT ? null : snapshot.node(parent);
  if (owner === undefined) return null;
  const slots = Object.keys(registry.slotsOf(owner));
  return slots.find((slot) => obstacle(moved, parent, slot, snapshot, registry) === null) ?? null;
}

/** The slots that hold what anybody expects in a node; a toolbar or a footer is asked for by name. */
const MAIN_SLOTS: ReadonlySet<string> = new Set(["children", "fields", "steps", "operations", "then"]);

/** The slot for what is put into a node without saying where: its main or only one, or null. */
export function mainSlot(moved: Moved, parent: string, snapshot: Snapshot, registry: Registry): string | null {
  const owner = parent === ROOT ? null : snapshot.node(parent);
  if (owner === undefined) return null;
  const slots = Object.keys(registry.slotsOf(owner));
  const main = owner === null || slots.length === 1 ? slots : slots.filter((slot) => MAIN_SLOTS.has(slot));
  return main.find((slot) => obstacle(moved, parent, slot, snapshot, registry) === null) ?? null;
}

/** The obstacle in words, as the rest of a sentence that names the place. */
export function obstacleText(found: Obstacle): string {
  switch (found) {
    case "unknown":
      return "nothing can be put there";
    case "kind":
      return "it does not take that";
    case "full":
      return "it is full";
    case "inside":
      return "an element cannot stand in itself";
  }
}
