/** An entry of a list with its tools; it is moved by its handle, with the pointer or the arrow keys. */
import { ActionIcon, Menu } from "@mantine/core";
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { ArrowDown, ArrowUp, Copy, EllipsisVertical, GripVertical, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";

import type { PropPath } from "../../model/editor";
import type { Schema } from "../../model/types";
import { useWriter } from "./field";

interface EntryRowProps {
  /** What it is called in the names of its tools: "Columns 1". */
  readonly what: string;
  /** Entries are moved within one list only. */
  readonly list: string;
  readonly path: PropPath;
  readonly schema: Schema;
  readonly entry: string;
  readonly index: number;
  readonly count: number;
  readonly head: ReactNode;
  readonly children?: ReactNode;
}

export function EntryRow(props: EntryRowProps) {
  const { what, path, entry, index, count, head, children } = props;
  const writer = useWriter();
  const { row, handle, edge } = useReordering(props);
  const move = (by: number): void => {
    if (index + by < 0 || index + by >= count) return;
    writer.begin();
    writer.move(path, entry, by);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    move(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <li ref={row} className="dr-list-entry" data-edge={edge ?? undefined}>
      <div className="dr-list-head">
        <button ref={handle} type="button" className="dr-grip" aria-label={`Move ${what} with the arrow keys`} onKeyDown={onKeyDown}>
          <GripVertical size={12} aria-hidden />
        </button>
        <div className="dr-list-body">{head}</div>
        <EntryMenu {...props} onMove={move} />
        <ActionIcon size={20} aria-label={`Remove ${what}`} onClick={() => writer.set([...path, entry], undefined)}><X size={12} /></ActionIcon>
      </div>
      {Boolean(children) && <div className="dr-nested">{children}</div>}
    </li>
  );
}

function EntryMenu({ what, path, schema, entry, index, count, onMove }: EntryRowProps & { readonly onMove: (by: number) => void }) {
  const writer = useWriter();
  return (
    <Menu position="bottom-end" width={160}>
      <Menu.Target>
        <ActionIcon size={20} aria-label={`More about ${what}`}><EllipsisVertical size={12} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<ArrowUp size={13} />} disabled={index === 0} onClick={() => onMove(-1)}>Move up</Menu.Item>
        <Menu.Item leftSection={<ArrowDown size={13} />} disabled={index === count - 1} onClick={() => onMove(1)}>Move down</Menu.Item>
        <Menu.Item leftSection={<Copy size={13} />} onClick={() => writer.duplicate(path, schema, entry)}>Duplicate</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const KIND = "inspector-entry";

/** Dragging by the handle; the line shows at which side of which entry it would go. */
function useReordering({ list, path, entry, index }: EntryRowProps) {
  const row = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const [edge, setEdge] = useState<"before" | "after" | null>(null);
  const writer = useWriter();
  const key = JSON.stringify(path);
  useEffect(() => {
    const element = row.current;
    const dragHandle = handle.current;
    if (element === null || dragHandle === null) return undefined;
    const from = (data: Readonly<Record<string | symbol, unknown>>): number => (typeof data.index === "number" ? data.index : index);
    const side = (data: Readonly<Record<string | symbol, unknown>>): "before" | "after" | null =>
      from(data) === index ? null : from(data) < index ? "after" : "before";
    return combine(
      draggable({ element, dragHandle, getInitialData: () => ({ kind: KIND, list, entry, index }) }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.kind === KIND && source.data.list === list,
        onDragEnter: ({ source }) => setEdge(side(source.data)),
        onDragLeave: () => setEdge(null),
        onDrop: ({ source }) => {
          setEdge(null);
          if (typeof source.data.entry !== "string" || from(source.data) === index) return;
          writer.begin();
          writer.move(JSON.parse(key) as PropPath, source.data.entry, index - from(source.data));
        },
      }),
    );
  }, [list, key, entry, index, writer]);
  return { row, handle, edge };
}
