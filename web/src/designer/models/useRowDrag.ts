/** Rows that are dragged into the gaps between rows: fields, models, workflows and steps alike. */
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { type RefObject, useEffect, useState } from "react";

import { obstacle } from "../../model/targets";
import { drop } from "../commands/edits";
import { type Desk, useDesk } from "../desk";
import { carried, carry, movedOf } from "../drag/data";

export type Edge = "before" | "after";

export interface RowPlace {
  readonly id: string;
  readonly parent: string;
  readonly slot: string;
  /** Among the children of the slot. */
  readonly index: number;
}

export interface RowDrag {
  /** Where what is dragged would go, or null. */
  readonly edge: Edge | null;
  readonly isDragged: boolean;
}

/** Makes a row draggable by itself, with all that is selected if it is one of these. */
export function useRowDrag(row: RefObject<HTMLElement | null>, { id, parent, slot, index }: RowPlace): RowDrag {
  const desk = useDesk();
  const [edge, setEdge] = useState<Edge | null>(null);
  const [isDragged, setDragged] = useState(false);
  useEffect(() => {
    const element = row.current;
    if (element === null) return;
    return combine(
      draggable({
        element,
        canDrag: () => !desk.isReadOnly && !isTyping(element),
        getInitialData: () => carry({ kind: "nodes", ids: draggedWith(desk, id) }),
        onDragStart: () => setDragged(true),
        onDrop: () => setDragged(false),
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => mayStand(desk, source.data, parent, slot),
        getData: ({ input }) => ({ edge: edgeAt(element, input.clientY) }),
        onDrag: ({ self, location }) => setEdge(location.current.dropTargets[0]?.element === element ? (self.data.edge as Edge) : null),
        onDragLeave: () => setEdge(null),
        onDrop: ({ self, source, location }) => {
          setEdge(null);
          const data = carried(source.data);
          // Rows within rows are all told; only the innermost is meant.
          if (data === null || location.current.dropTargets[0]?.element !== element) return;
          drop(desk, data, { parent, slot, index: self.data.edge === "before" ? index : index + 1 });
        },
      }),
    );
  }, [desk, row, id, parent, slot, index]);
  return { edge, isDragged };
}

/** Makes an element a place to drop into a slot at an index (an empty slot, say). */
export function useSlotDrop(box: RefObject<HTMLElement | null>, parent: string, slot: string, index: number): boolean {
  const desk = useDesk();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => mayStand(desk, source.data, parent, slot),
      onDrag: ({ location }) => setOver(location.current.dropTargets[0]?.element === element),
      onDragLeave: () => setOver(false),
      onDrop: ({ source, location }) => {
        setOver(false);
        const data = carried(source.data);
        if (data !== null && location.current.dropTargets[0]?.element === element) drop(desk, data, { parent, slot, index });
      },
    });
  }, [desk, box, parent, slot, index]);
  return isOver;
}

function mayStand(desk: Desk, data: Readonly<Record<string | symbol, unknown>>, parent: string, slot: string): boolean {
  const found = carried(data);
  return found !== null && !desk.isReadOnly && obstacle(movedOf(found), parent, slot, desk.snapshot, desk.registry) === null;
}

function draggedWith(desk: Desk, id: string): readonly string[] {
  const selected = desk.selection.get();
  return selected.includes(id) ? selected : [id];
}

function edgeAt(element: HTMLElement, y: number): Edge {
  const { top, height } = element.getBoundingClientRect();
  return y < top + height / 2 ? "before" : "after";
}

// Within a control the pointer marks text; that is no drag of the row around it.
function isTyping(element: HTMLElement): boolean {
  const focused = element.ownerDocument.activeElement;
  return focused !== null && element.contains(focused) && focused.matches("input, textarea, select, [contenteditable=true]");
}
