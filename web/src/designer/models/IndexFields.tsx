/** The fields of an index in their order, which decides what it makes fast: moved by the pointer or Alt and arrows. */
import { CloseButton } from "@mantine/core";
import { type KeyboardEvent, useRef } from "react";

import { referenceName } from "../../model/labels";
import type { LiveNode } from "../../model/types";
import { listEntries } from "../../model/value";
import { useDesk, useIsReadOnly, useSnapshot } from "../desk";
import { Writer } from "../inspector/writer";
import { useEntryDrag } from "./useEntryDrag";

const PATH = ["fields"];
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export function IndexFields({ index }: { readonly index: LiveNode }) {
  const snapshot = useSnapshot();
  const entries = listEntries(index.props.fields);
  return entries.map(([entry, { value }], position) => (
    <IndexField key={entry} index={index} entry={entry} name={referenceName(value, snapshot)} position={position} count={entries.length} />
  ));
}

interface IndexFieldProps {
  readonly index: LiveNode;
  readonly entry: string;
  readonly name: string;
  readonly position: number;
  readonly count: number;
}

function IndexField({ index, entry, name, position, count }: IndexFieldProps) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const chip = useRef<HTMLSpanElement>(null);
  const move = (moved: string, by: number): void => {
    const writer = new Writer(desk, [index.id]);
    writer.begin();
    writer.move(PATH, moved, by);
  };
  const edge = useEntryDrag(chip, null, { list: index.id, entry, index: position, isReadOnly, onMove: move });
  const onKey = (event: KeyboardEvent): void => {
    const by = STEPS[event.key];
    if (event.target !== event.currentTarget || isReadOnly) return;
    if (event.altKey && by !== undefined) {
      if (position + by >= 0 && position + by < count) move(entry, by);
    } else if (event.key === "Delete" || event.key === "Backspace") remove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const remove = (): void => {
    desk.connection.stopCapturing();
    desk.connection.editor.set(index.id, [...PATH, entry], undefined);
  };
  return (
    <span
      ref={chip}
      className="dm-tag dm-index-field"
      role="group"
      tabIndex={0}
      aria-label={`${name}, field ${position + 1} of ${count}`}
      aria-description={isReadOnly || count < 2 ? undefined : "Alt with an arrow moves it."}
      data-edge={edge ?? undefined}
      onKeyDown={onKey}
    >
      <span className="dr-ellipsis" dir="auto">{name}</span>
      {!isReadOnly && <CloseButton size={16} iconSize={11} aria-label={`Remove ${name} from the index`} onClick={remove} />}
    </span>
  );
}
