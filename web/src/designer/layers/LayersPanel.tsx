/** The left panel: the layer tree with its tools. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { ArrowDown, ArrowUp, Copy, RotateCcw, Trash2 } from "lucide-react";
import type { ReactNode } from "react";

import { duplicate, move, remove, restore } from "../commands/edits";
import { useDesk, useIsReadOnly, useSelectedNode } from "../desk";
import { AddMenu } from "./AddMenu";
import { LayerTree } from "./LayerTree";

export function LayersPanel() {
  const desk = useDesk();
  const node = useSelectedNode();
  const isReadOnly = useIsReadOnly();
  const isLive = node !== undefined && node.place !== null && !isReadOnly;
  const id = node?.id ?? "";
  const bringBack = (): void => {
    if (!restore(desk, id)) {
      desk.connection.tell("Nowhere to put it back", "Nothing in the model takes this element any more. Add its parent first, then restore it.");
    }
  };
  return (
    <section className="dr-panel dr-left" aria-label="Layers panel">
      <header className="dr-panel-tools">
        <AddMenu />
        <span className="dr-spring" />
        {node !== undefined && node.place === null ? (
          <Tool label="Restore" isEnabled={!isReadOnly} onClick={bringBack}><RotateCcw size={14} /></Tool>
        ) : (
          <>
            <Tool label="Move up" keys="Alt ↑" isEnabled={isLive} onClick={() => move(desk, -1)}><ArrowUp size={14} /></Tool>
            <Tool label="Move down" keys="Alt ↓" isEnabled={isLive} onClick={() => move(desk, 1)}><ArrowDown size={14} /></Tool>
            <Tool label="Duplicate" keys="Ctrl D" isEnabled={isLive} onClick={() => duplicate(desk)}><Copy size={14} /></Tool>
            <Tool label="Delete" keys="Del" isEnabled={isLive} onClick={() => remove(desk)}><Trash2 size={14} /></Tool>
          </>
        )}
      </header>
      <LayerTree />
    </section>
  );
}

interface ToolProps {
  readonly label: string;
  readonly keys?: string;
  readonly isEnabled: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Tool({ label, keys, isEnabled, onClick, children }: ToolProps) {
  return (
    <Tooltip label={keys === undefined ? label : `${label} (${keys})`}>
      <ActionIcon aria-label={label} disabled={!isEnabled} onClick={onClick}>{children}</ActionIcon>
    </Tooltip>
  );
}
