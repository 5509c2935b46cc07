/** Where an undone step was: what to select, and what to light up. */
import type { RemoteChange } from "../../model/live";
import type { Snapshot } from "../../model/snapshot";
import { type Json, ROOT } from "../../model/types";
import type { OwnEdit } from "../conflicts/journal";

/** More nodes than these are not selected. */
const NODES_MAX = 100;

export type Place = Pick<OwnEdit, "node" | "kind" | "path" | "before">;

/**
 * The rows to select, the nodes that were worked on; of what is gone by the undoing, that which it
 * stood in. Empty where nothing of it is there any more.
 */
export function rowsAt(snapshot: Snapshot, edits: readonly Place[]): readonly string[] {
  const rows = edits.flatMap(({ node, kind, before }) => {
    if (node === ROOT || snapshot.isLive(node)) return [node];
    const parent = kind === "place" ? parentOf(before) : null;
    return parent !== null && (parent === ROOT || snapshot.isLive(parent)) ? [parent] : [];
  });
  const nodes = [...new Set(rows.filter((row) => row !== ROOT))].slice(0, NODES_MAX);
  return nodes.length > 0 ? nodes : rows.length > 0 ? [ROOT] : [];
}

/** The properties to light up. */
export function changesAt(edits: readonly Place[]): readonly RemoteChange[] {
  return edits.slice(0, NODES_MAX).map(({ node, kind, path }) => ({ node, key: kind === "place" ? "place" : (path[0] ?? "") }));
}

function parentOf(place: Json | undefined): string | null {
  const parent: unknown = Array.isArray(place) ? place[0] : null;
  return typeof parent === "string" ? parent : null;
}
