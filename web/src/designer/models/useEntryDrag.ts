/** Entries of a list within a node that are dragged among each other; the line shows where one would go. */
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { type RefObject, useEffect, useEffectEvent, useState } from "react";

const KIND = "list-entry";

export interface EntryPlace {
  /** Entries are moved within one list only. */
  readonly list: string;
  readonly entry: string;
  readonly index: number;
  readonly isReadOnly?: boolean;
  /** Moves an entry by some places, up where `by` is less than 0. */
  readonly onMove: (entry: string, by: number) => void;
}

export type EntryEdge = "before" | "after";

/** Makes an element an entry that is dragged, by its handle where it has one, and dropped upon. */
export function useEntryDrag(row: RefObject<HTMLElement | null>, handle: RefObject<HTMLElement | null> | null, { list, entry, index, isReadOnly = false, onMove }: EntryPlace): EntryEdge | null {
  const [edge, setEdge] = useState<EntryEdge | null>(null);
  const move = useEffectEvent(onMove);
  useEffect(() => {
    const element = row.current;
    if (element === null || isReadOnly) return undefined;
    const from = (data: Readonly<Record<string | symbol, unknown>>): number => (typeof data.index === "number" ? data.index : index);
    const side = (data: Readonly<Record<string | symbol, unknown>>): EntryEdge | null => (from(data) === index ? null : from(data) < index ? "after" : "before");
    const dragHandle = handle?.current;
    return combine(
      draggable({ element, ...(dragHandle != null && { dragHandle }), getInitialData: () => ({ kind: KIND, list, entry, index }) }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.kind === KIND && source.data.list === list,
        onDragEnter: ({ source }) => setEdge(side(source.data)),
        onDragLeave: () => setEdge(null),
        onDrop: ({ source }) => {
          setEdge(null);
          if (typeof source.data.entry === "string" && from(source.data) !== index) move(source.data.entry, index - from(source.data));
        },
      }),
    );
  }, [row, handle, list, entry, index, isReadOnly]);
  return edge;
}
