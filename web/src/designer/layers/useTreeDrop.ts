/**
 * The layer tree as a place to drop on: shows where, unfolds what the pointer rests on, and scrolls at
 * its edges.
 *
 * One drop target serves all rows, since only those in sight exist; the row is told by the pointer.
 */
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter";
import { type RefObject, useEffect, useRef, useState } from "react";

import { movedNodes } from "../../model/fragment";
import type { Snapshot } from "../../model/snapshot";
import type { TreeRow } from "../../model/tree";
import { removeNodes } from "../commands/edits";
import { type Desk, useDesk } from "../desk";
import { carried, type DragData } from "../drag/data";
import { type Pointer, useEdgeScroll } from "../drag/edges";
import { land } from "../drag/landing";
import { dropAt, type TreeDrop } from "./dropTarget";

/** How long the pointer rests on a folded row before it is unfolded, in milliseconds. */
const UNFOLD_MS = 500;

export function useTreeDrop(tree: RefObject<HTMLElement | null>, rows: readonly TreeRow[], inset: number): TreeDrop | null {
  const desk = useDesk();
  const [shown, setShown] = useState<TreeDrop | null>(null);
  const latest = useRef(rows);
  useEdgeScroll(tree);
  useEffect(() => {
    latest.current = rows;
  }, [rows]);
  useEffect(() => {
    const element = tree.current;
    if (element === null) return undefined;
    const over = new Hovering(desk, element, inset, () => latest.current, (next) => setShown((previous) => (sameDrop(previous, next) ? previous : next)));
    const stop = dropTargetForElements({
      element,
      canDrop: ({ source }) => !desk.isReadOnly && carried(source.data) !== null,
      onDrag: ({ source, location }) => over.move(carried(source.data), location.current.input),
      onDragLeave: () => over.end(),
      onDrop: ({ source, location }) => {
        const data = carried(source.data);
        // A release so soon that no mark was drawn yet goes by where it happened.
        const target = over.shown ?? (data === null ? null : over.at(data, location.current.input));
        const { snapshot } = over;
        over.end();
        if (data !== null && target !== null) perform(desk, data, target, snapshot);
      },
    });
    return () => {
      over.end();
      stop();
    };
  }, [desk, tree, inset]);
  return shown;
}

function perform(desk: Desk, data: DragData, target: TreeDrop, shown: Snapshot): void {
  if (target.kind === "trash") removeNodes(desk, target.ids);
  else if (land(desk, data, target.target, shown) && target.kind === "into") desk.setExpanded(target.target.parent, true);
}

/** The pointer over the tree during one drag. */
class Hovering {
  /** What the mark says, and the model in which it was found. */
  shown: TreeDrop | null = null;
  snapshot: Snapshot;
  #data: DragData | null = null;
  #place: Pointer | null = null;
  #frame: number | null = null;
  #resting: { readonly key: string; readonly since: number } | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly element: HTMLElement,
    private readonly inset: number,
    private readonly rows: () => readonly TreeRow[],
    private readonly show: (drop: TreeDrop | null) => void,
  ) {
    this.snapshot = desk.snapshot;
  }

  move(data: DragData | null, place: Pointer): void {
    this.#data = data;
    this.#place = place;
    this.#frame ??= requestAnimationFrame(this.#step);
  }

  end(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#data = null;
    this.#resting = null;
    this.shown = null;
    this.show(null);
  }

  at(data: DragData, place: Pointer): TreeDrop | null {
    const { snapshot, registry } = this.desk;
    this.snapshot = snapshot;
    const whole = data.kind === "nodes" ? { ...data, ids: movedNodes(snapshot, data.ids) } : data;
    return dropAt(this.rows(), this.#pointer(place), whole, snapshot, registry);
  }

  // Runs on in frames, because the tree scrolls below a pointer that rests at its edge.
  readonly #step = (time: number): void => {
    this.#frame = null;
    if (this.#data === null || this.#place === null) return;
    const target = this.at(this.#data, this.#place);
    this.#unfold(target, time);
    this.shown = target;
    this.show(target);
    this.#frame = requestAnimationFrame(this.#step);
  };

  #pointer({ clientX, clientY }: Pointer) {
    const box = this.element.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top + this.element.scrollTop - this.inset };
  }

  #unfold(target: TreeDrop | null, time: number): void {
    const row = target === null || target.kind === "gap" ? undefined : this.rows()[target.at];
    if (row === undefined || row.isExpanded || !row.hasChildren) this.#resting = null;
    else if (this.#resting?.key !== row.key) this.#resting = { key: row.key, since: time };
    else if (time - this.#resting.since >= UNFOLD_MS) this.desk.setExpanded(row.key, true);
  }
}

function sameDrop(a: TreeDrop | null, b: TreeDrop | null): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
