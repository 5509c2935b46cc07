/**
 * Where on the canvas something may be dropped: from a point of the window to a gap of a slot.
 *
 * What is drawn says where the gaps are, the definitions say which of them are allowed. A slot that
 * holds nothing and draws nothing is reached by a strip along an edge of its container.
 */
import { nodeLabel, typeTitle } from "../../model/labels";
import type { Registry } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import { type Moved, type Obstacle, obstacle, type Target } from "../../model/targets";
import type { LiveNode } from "../../model/types";
import { around, contains, distance, gapAt, inset, isOnRim, type Point, type Rect, stripsAlong } from "./geometry";
import { type Drawn, flowOf, rectOf, type Surface } from "./surface";

/** A strip for a slot that is not drawn, and how it is called. */
interface Strip {
  readonly slot: string;
  readonly title: string;
  readonly rect: Rect;
}

export type Spot =
  | {
      readonly kind: "gap";
      readonly target: Target;
      /** A line between two children, or the box of an empty slot. */
      readonly mark: Rect;
      readonly isBox: boolean;
      readonly container: Rect;
      readonly caption: string;
      readonly strips: readonly Strip[];
    }
  | { readonly kind: "refused"; readonly container: Rect; readonly reason: string };

export interface DropScene {
  readonly surface: Surface;
  readonly snapshot: Snapshot;
  readonly registry: Registry;
  readonly page: string;
  readonly moved: Moved;
}

/** How near to its edge a container gives way to the one around it, in pixels. */
const RIM_PX = 6;
const STRIP_PX = 20;
/** Slots that stand above the content; all others have their strip at the lower edge. */
const UPPER: ReadonlySet<string> = new Set(["header", "toolbar", "start", "before"]);

/** The gap that is meant at a point of the window, or why there is none. */
export function spotAt(scene: DropScene, point: Point): Spot | null {
  const page = scene.surface.element(scene.page);
  if (page === null) return null;
  const found = scene.surface.pathAt(point);
  const path = found.length > 0 ? found : [{ id: scene.page, element: page }];
  const carried = new Set(scene.moved.kind === "nodes" ? scene.moved.ids : []);
  for (const [index, drawn] of path.entries()) {
    const node = scene.snapshot.node(drawn.id);
    const rect = rectOf(drawn.element);
    const isWithinCarried = path.slice(index).some(({ id }) => carried.has(id));
    if (node === undefined || rect === null || isWithinCarried) continue;
    if (Object.keys(scene.registry.slotsOf(node)).length === 0) continue;
    if (index < path.length - 1 && isOnRim(rect, point, RIM_PX)) continue;
    const spot = spotIn(scene, node, drawn, rect, point);
    if (spot !== null) return spot;
  }
  return null;
}

/** Ids of everything on the page that takes what is dragged. */
export function takers(scene: DropScene): readonly string[] {
  return scene.snapshot
    .subtree(scene.page)
    .filter((node) => Object.keys(scene.registry.slotsOf(node)).some((slot) => obstacle(scene.moved, node.id, slot, scene.snapshot, scene.registry) === null))
    .map((node) => node.id);
}

function spotIn(scene: DropScene, node: LiveNode, drawn: Drawn, rect: Rect, point: Point): Spot | null {
  const { snapshot, registry, moved } = scene;
  const slots = Object.keys(registry.slotsOf(node));
  const legal = slots.filter((slot) => obstacle(moved, node.id, slot, snapshot, registry) === null);
  if (legal.length === 0) {
    const why = slots.map((slot) => obstacle(moved, node.id, slot, snapshot, registry)).find((found) => found !== null) ?? "unknown";
    return why === "inside" ? null : { kind: "refused", container: rect, reason: reasonOf(why, scene, node) };
  }
  const zones = legal.flatMap((slot) => zoneOf(scene, node, slot, drawn.element) ?? []);
  const hidden = legal.filter((slot) => !zones.some((zone) => zone.slot === slot));
  // A container that draws none of its slots is one box, unless it is no container in the first place.
  if (zones.length === 0 && hidden.includes("children")) zones.push({ slot: "children", rects: [], box: inset(rect, 4), parent: drawn.element });
  const strips = stripsOf(scene, node, hidden.filter((slot) => !zones.some((zone) => zone.slot === slot)), rect);
  const strip = strips.find((candidate) => contains(candidate.rect, point));
  const common = { container: rect, strips };
  if (strip !== undefined) {
    return { ...common, kind: "gap", target: { parent: node.id, slot: strip.slot, index: 0 }, mark: strip.rect, isBox: true, caption: captionOf(scene, node, strip.slot) };
  }
  const zone = zones.toSorted((a, b) => distance(extent(a), point) - distance(extent(b), point))[0];
  return zone === undefined ? null : { ...common, kind: "gap", ...gapIn(zone, node, point), caption: captionOf(scene, node, zone.slot) };
}

/** A slot that is drawn: the children that are seen, with their positions in the model, or its empty box. */
interface Zone {
  readonly slot: string;
  readonly rects: readonly { readonly index: number; readonly rect: Rect }[];
  readonly box: Rect;
  readonly parent: Element;
}

function zoneOf(scene: DropScene, node: LiveNode, slot: string, element: HTMLElement): Zone | null {
  const children = scene.snapshot.children(node.id, slot);
  const tabs = slot === "children" ? tabsOf(element, children.length) : null;
  const shown = children.flatMap((child, index) => {
    const drawn = tabs?.[index] ?? within(scene.surface, element, child.id);
    const rect = drawn === null ? null : rectOf(drawn);
    return drawn === null || rect === null ? [] : [{ index, rect, drawn }];
  });
  const parent = shown[0]?.drawn.parentElement ?? null;
  if (parent !== null) return { slot, rects: shown, box: rectOf(parent) ?? shown[0]?.rect ?? { left: 0, top: 0, width: 0, height: 0 }, parent };
  const hint = element.querySelector(`[data-slot="${CSS.escape(slot)}"][data-owner="${CSS.escape(node.id)}"]`);
  const box = hint === null ? null : rectOf(hint);
  return hint === null || box === null ? null : { slot, rects: [], box, parent: hint };
}

/** The tabs of a node that shows one child at a time: they stand for all of them. */
function tabsOf(element: HTMLElement, count: number): readonly HTMLElement[] | null {
  const list = element.querySelector<HTMLElement>(":scope > [role=tablist]");
  const tabs = list === null ? [] : [...list.children].filter((tab) => tab instanceof HTMLElement);
  return tabs.length === count && count > 0 ? tabs : null;
}

// In a list that repeats its content, the copy within the element under the pointer counts.
function within(surface: Surface, element: HTMLElement, id: string): HTMLElement | null {
  const first = surface.element(id);
  if (first !== null && element.contains(first)) return first;
  return element.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`);
}

function extent(zone: Zone): Rect {
  return around(zone.rects.map(({ rect }) => rect)) ?? zone.box;
}

function gapIn(zone: Zone, node: LiveNode, point: Point): { readonly target: Target; readonly mark: Rect; readonly isBox: boolean } {
  const { flow, isRightToLeft } = flowOf(zone.parent);
  const gap = gapAt(zone.rects.map(({ rect }) => rect), point, flow, isRightToLeft);
  const target = { parent: node.id, slot: zone.slot };
  if (gap === null) return { target: { ...target, index: 0 }, mark: zone.box, isBox: true };
  // Children that are not drawn keep their places: the gap lies behind the one that is seen before it.
  const before = zone.rects[gap.index - 1];
  const index = before === undefined ? (zone.rects[0]?.index ?? 0) : before.index + 1;
  return { target: { ...target, index }, mark: gap.line, isBox: false };
}

function stripsOf(scene: DropScene, node: LiveNode, hidden: readonly string[], rect: Rect): readonly Strip[] {
  const rules = scene.registry.openSlots(node);
  return (["top", "bottom"] as const).flatMap((edge) => {
    const slots = hidden.filter((slot) => UPPER.has(slot) === (edge === "top"));
    const rects = stripsAlong(rect, edge, slots.length, STRIP_PX);
    return slots.flatMap((slot, index) => {
      const strip = rects[index];
      return strip === undefined ? [] : [{ slot, title: rules.find((rule) => rule.slot === slot)?.title ?? slot, rect: strip }];
    });
  });
}

function captionOf({ snapshot, registry }: DropScene, node: LiveNode, slot: string): string {
  const name = nodeLabel(node, registry, snapshot);
  const slots = registry.openSlots(node);
  const title = slots.find((open) => open.slot === slot)?.title ?? slot;
  return slots.length === 1 ? `In ${name}` : `In ${name} · ${title}`;
}

/** Why something may not be dropped, for people. */
function reasonOf(why: Obstacle, { moved, snapshot, registry }: DropScene, node: LiveNode): string {
  const name = nodeLabel(node, registry, snapshot);
  const types = moved.kind === "types" ? moved.types : moved.ids.map((id) => snapshot.node(id)?.type ?? "");
  switch (why) {
    case "kind": {
      const misfit = types.find((type) => !Object.values(registry.slotsOf(node)).some((rule) => registry.accepts(rule, type)));
      return misfit === undefined ? `${name} does not take these together` : `${name} takes no ${typeTitle(misfit, registry)}`;
    }
    case "full":
      return `${name} is full`;
    case "inside":
      return "Nothing can stand within itself";
    case "unknown":
      return `${name} is not there any more`;
  }
}
