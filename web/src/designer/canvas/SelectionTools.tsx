/**
 * The label of the selected element with its tools.
 *
 * They stand outside the frame, so that a small element is not covered. They are for the pointer
 * alone and hidden from assistive technology: each of them has a key, and the tree has the same.
 */
import { Copy, CornerLeftUp, GripVertical, Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";

import { nodeLabel } from "../../model/labels";
import { useSelect } from "../../shared/store";
import { duplicate, remove } from "../commands/edits";
import { selectParent } from "../commands/walk";
import { useDesk, useIsReadOnly, useSelectedKeys } from "../desk";
import { useForeignLock } from "../locks/useLock";
import { nodeDraggable } from "./drops";

export function SelectionTools({ id }: { readonly id: string }) {
  const desk = useDesk();
  const isHeld = useForeignLock(id) !== null;
  const isReadOnly = useIsReadOnly() || isHeld;
  const { length } = useSelectedKeys();
  const label = useSelect(desk.connection.model.snapshots, (snapshot) => {
    const node = snapshot.node(id);
    return node === undefined ? "" : nodeLabel(node, desk.registry, snapshot);
  });
  const grip = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const element = grip.current;
    return element === null ? undefined : nodeDraggable(desk, element, () => desk.selection.get());
  }, [desk, isReadOnly]);
  return (
    <div className="dr-canvas-tool dr-selection-tools" data-tools>
      {!isReadOnly && <span ref={grip} className="dr-selection-grip" title="Drag to move"><GripVertical size={12} /></span>}
      <span className="dr-selection-label" dir="auto">{length > 1 ? `${label} and ${length - 1} more` : label}</span>
      <Tool title="Select what it stands in (Esc)" onClick={() => selectParent(desk)}><CornerLeftUp size={12} /></Tool>
      {!isReadOnly && <Tool title="Duplicate" onClick={() => duplicate(desk)}><Copy size={12} /></Tool>}
      {!isReadOnly && <Tool title="Put into the Trash" onClick={() => remove(desk)}><Trash2 size={12} /></Tool>}
    </div>
  );
}

function Tool({ title, onClick, children }: { readonly title: string; readonly onClick: () => void; readonly children: React.ReactNode }) {
  // The focus stays on the canvas, where the keys work.
  return (
    <button type="button" tabIndex={-1} title={title} onPointerDown={(event) => event.preventDefault()} onMouseDown={(event) => event.preventDefault()} onClick={onClick}>
      {children}
    </button>
  );
}
