/** An entry of a list with its tools; it is moved by its handle, with the pointer or the arrow keys. */
import { ActionIcon, Menu } from "@mantine/core";
import { ArrowDown, ArrowUp, Copy, EllipsisVertical, GripVertical, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useRef } from "react";

import type { PropPath } from "../../model/editor";
import type { Schema } from "../../model/types";
import { useEntryDrag } from "../models/useEntryDrag";
import { leaveEntry } from "./entering";
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
  const { what, list, path, entry, index, count, head, children } = props;
  const writer = useWriter();
  const row = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const moveEntry = (moved: string, by: number): void => {
    writer.begin();
    writer.move(path, moved, by);
  };
  const edge = useEntryDrag(row, handle, { list, entry, index, onMove: moveEntry });
  const move = (by: number): void => {
    if (index + by >= 0 && index + by < count) moveEntry(entry, by);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    move(event.key === "ArrowUp" ? -1 : 1);
  };
  const remove = (): void => {
    writer.set([...path, entry], undefined);
    leaveEntry(list);
  };
  return (
    <li ref={row} className="dr-list-entry" data-entry={entry} data-edge={edge ?? undefined}>
      <div className="dr-list-head">
        <button ref={handle} type="button" className="dr-grip" aria-label={`Move ${what} with the arrow keys`} onKeyDown={onKeyDown}>
          <GripVertical size={12} aria-hidden />
        </button>
        <div className="dr-list-body">{head}</div>
        <EntryMenu {...props} onMove={move} />
        <ActionIcon size={20} aria-label={`Remove ${what}`} onClick={remove}><X size={12} /></ActionIcon>
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
