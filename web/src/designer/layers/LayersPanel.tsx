/** The left panel: the layer tree with its tools. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { ArrowDown, ArrowUp, Copy, RotateCcw, Trash2 } from "lucide-react";
import type { ReactNode } from "react";

import { useSelect } from "../../shared/store";
import { isMacPlatform, keyText } from "../commands/keys";
import { commandById } from "../commands/list";
import { deletedOf } from "../commands/editing";
import { type Desk, useDesk, useIsReadOnly, useSelectedKeys } from "../desk";
import { AddMenu } from "./AddMenu";
import { LayerTree } from "./LayerTree";

export function LayersPanel() {
  const isDeleted = useOffer((desk) => deletedOf(desk).length > 0);
  return (
    <section className="dr-panel dr-left" aria-label="Layers panel">
      <header className="dr-panel-tools">
        <AddMenu />
        <span className="dr-spring" />
        {isDeleted ? (
          <Tool label="Restore" command="restore"><RotateCcw size={14} /></Tool>
        ) : (
          <>
            <Tool label="Move up" command="move-up"><ArrowUp size={14} /></Tool>
            <Tool label="Move down" command="move-down"><ArrowDown size={14} /></Tool>
            <Tool label="Duplicate" command="duplicate"><Copy size={14} /></Tool>
            <Tool label="Delete" command="delete"><Trash2 size={14} /></Tool>
          </>
        )}
      </header>
      <LayerTree />
    </section>
  );
}

/** Whether something can be done: the model, the selection and one's role decide. */
function useOffer(isOffered: (desk: Desk) => boolean): boolean {
  const desk = useDesk();
  useSelectedKeys();
  useIsReadOnly();
  return useSelect(desk.connection.model.snapshots, () => isOffered(desk));
}

interface ToolProps {
  readonly label: string;
  /** The command of the table that the button performs. */
  readonly command: string;
  /** False where the selection is not what the button seems to be for. */
  readonly isOffered?: boolean;
  readonly children: ReactNode;
}

/** A button for one command of the table, with its keys. */
export function Tool({ label, command: id, isOffered = true, children }: ToolProps) {
  const desk = useDesk();
  const command = commandById(id);
  const isEnabled = useOffer((at) => command?.isEnabled(at) === true);
  if (command === undefined) return null;
  const keys = command.keys[0];
  return (
    <Tooltip label={keys === undefined ? label : `${label} (${keyText(keys, isMacPlatform())})`}>
      <ActionIcon aria-label={label} disabled={!isOffered || !isEnabled} onClick={() => command.run(desk)}>{children}</ActionIcon>
    </Tooltip>
  );
}
