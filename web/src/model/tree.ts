/** The rows of the layer tree: sections, and beneath them the nodes that are unfolded. */
import type { Registry } from "./registry";
import { words } from "./schema";
import type { Snapshot } from "./snapshot";
import { type LiveNode, ROOT } from "./types";

/** Key of the row that stands for the application itself. */
export const APPLICATION_ROW = ROOT;
export const TRASH_SECTION = "section:trash";

export interface TreeRow {
  /** The node's id, or `section:…`. */
  readonly key: string;
  readonly kind: "application" | "section" | "node";
  readonly node: LiveNode | null;
  readonly title: string;
  readonly slot: string;
  /** Said at the row when the node does not stand in its parent's main slot (`else`, `indexes`). */
  readonly slotTitle: string | null;
  readonly level: number;
  readonly parent: string | null;
  readonly position: number;
  readonly size: number;
  readonly hasChildren: boolean;
  readonly isExpanded: boolean;
  readonly isTrash: boolean;
}

/** The sections in the order in which people look for them. */
const SECTION_ORDER = ["pages", "dataModels", "workflows", "connectors", "roles", "policies"];

/** Slots that hold what anybody expects beneath the node, so that no row has to say so. */
const MAIN_SLOTS: ReadonlySet<string> = new Set(["children", "fields", "steps", "operations"]);

export function sectionKey(slot: string): string {
  return `section:${slot}`;
}

export function rootSlots(registry: Registry): readonly string[] {
  const slots = Object.keys(registry.slotsOf(null));
  const rank = (slot: string): number => (SECTION_ORDER.indexOf(slot) + 1 || SECTION_ORDER.length + 1);
  return slots.toSorted((a, b) => rank(a) - rank(b));
}

/** All rows that are to be seen, from top to bottom. */
export function treeRows(
  snapshot: Snapshot,
  registry: Registry,
  expanded: ReadonlySet<string>,
): readonly TreeRow[] {
  const builder = new RowBuilder(snapshot, registry, expanded);
  return builder.build();
}

class RowBuilder {
  readonly #rows: TreeRow[] = [];
  readonly #seen = new Set<string>();

  constructor(
    private readonly snapshot: Snapshot,
    private readonly registry: Registry,
    private readonly expanded: ReadonlySet<string>,
  ) {}

  build(): readonly TreeRow[] {
    const slots = rootSlots(this.registry);
    const trash = this.snapshot.trash();
    const size = slots.length + 2;
    this.#rows.push({
      ...blank(APPLICATION_ROW, "application", size),
      title: "Application",
    });
    slots.forEach((slot, index) => {
      const title = this.registry.slotsOf(null)[slot]?.title ?? words(slot);
      this.#section(sectionKey(slot), slot, title, this.snapshot.children(ROOT, slot), index + 2, size, false);
    });
    this.#section(TRASH_SECTION, "trash", "Trash", trash, size, size, true);
    return this.#rows;
  }

  #section(
    key: string,
    slot: string,
    title: string,
    nodes: readonly LiveNode[],
    position: number,
    size: number,
    isTrash: boolean,
  ): void {
    const isExpanded = this.expanded.has(key);
    const hasChildren = nodes.length > 0;
    this.#rows.push({ ...blank(key, "section", size), slot, title, position, hasChildren, isExpanded, isTrash });
    if (!isExpanded) return;
    nodes.forEach((node, index) => this.#node(node, key, slot, null, 2, index + 1, nodes.length, isTrash));
  }

  #node(
    node: LiveNode,
    parent: string,
    slot: string,
    slotTitle: string | null,
    level: number,
    position: number,
    size: number,
    isTrash: boolean,
  ): void {
    // Damaged data may hold a cycle; each node is shown once and the tree stays finite.
    if (this.#seen.has(node.id)) return;
    this.#seen.add(node.id);
    const children = this.#childrenOf(node);
    const isExpanded = this.expanded.has(node.id);
    this.#rows.push({
      ...blank(node.id, "node", size),
      node,
      slot,
      slotTitle,
      level,
      parent,
      position,
      hasChildren: children.length > 0,
      isExpanded,
      isTrash,
    });
    if (!isExpanded) return;
    const slots = this.registry.slotsOf(node);
    const isOnly = Object.keys(slots).length === 1;
    children.forEach((child, index) => {
      const childSlot = child.place?.[1] ?? "";
      const isMain = isOnly || MAIN_SLOTS.has(childSlot);
      const title = isMain ? null : (slots[childSlot]?.title ?? words(childSlot));
      this.#node(child, node.id, childSlot, title, level + 1, index + 1, children.length, isTrash);
    });
  }

  #childrenOf(node: LiveNode): readonly LiveNode[] {
    return childrenInSlots(node, this.snapshot, this.registry);
  }
}

/** All children: the declared slots in the definition's order, then what stands in others. */
export function childrenInSlots(node: LiveNode, snapshot: Snapshot, registry: Registry): readonly LiveNode[] {
  const declared = Object.keys(registry.slotsOf(node));
  const found = snapshot.slots(node.id);
  const slots = [...declared.filter((slot) => found.includes(slot)), ...found.filter((slot) => !declared.includes(slot))];
  return slots.flatMap((slot) => snapshot.children(node.id, slot));
}

/** What has to be unfolded for a node to be seen. */
export function ancestorsOf(id: string, snapshot: Snapshot): readonly string[] {
  const path = snapshot.path(id);
  const first = path[0];
  if (first?.place == null) return [];
  return [sectionKey(first.place[1]), ...path.slice(0, -1).map((node) => node.id)];
}

function blank(key: string, kind: TreeRow["kind"], size: number): TreeRow {
  return {
    key,
    kind,
    node: null,
    title: "",
    slot: "",
    slotTitle: null,
    level: 1,
    parent: null,
    position: 1,
    size,
    hasChildren: false,
    isExpanded: false,
    isTrash: false,
  };
}
