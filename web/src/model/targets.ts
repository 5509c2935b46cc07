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
