/** Undo and redo in the bar; their tips say what they would do, or why they can do nothing. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { Redo2, Undo2 } from "lucide-react";
import type { ReactNode } from "react";

import { useSelect } from "../../shared/store";
import { isMacPlatform, keyText } from "../commands/keys";
import { useDesk } from "../desk";
import { useHistory } from "../history/history";
import { stepLabel } from "./words";

export function UndoButtons() {
  const { connection } = useDesk();
  const { canUndo, canRedo, undo, redo } = useSelect(connection.history, (state) => state);
  const isMac = isMacPlatform();
  return (
    <span className="dr-bar-group">
      <Step name="Undo" label={stepLabel("Undo", undo, keyText("Mod+Z", isMac))} isPossible={canUndo} onStep={() => connection.undo()}><Undo2 size={15} aria-hidden /></Step>
      <Step name="Redo" label={stepLabel("Redo", redo, keyText("Mod+Shift+Z", isMac))} isPossible={canRedo} onStep={() => connection.redo()}><Redo2 size={15} aria-hidden /></Step>
    </span>
  );
}

interface StepProps {
  readonly name: string;
  readonly label: string;
  readonly isPossible: boolean;
  readonly onStep: () => void;
  readonly children: ReactNode;
}

function Step({ name, label, isPossible, onStep, children }: StepProps) {
  const shown = useSelect(useHistory().desk, (desk) => desk);
  const why = useSelect(shown.connection.state, (state) => state.readOnly?.reason ?? "");
  const isOff = !isPossible || why !== "";
  // A disabled button has no tip of its own; the group around it does.
  return (
    <Tooltip label={why === "" ? label : why} multiline maw={320}>
      <span>
        <ActionIcon aria-label={name} aria-description={why === "" ? label : why} disabled={isOff} onClick={onStep}>{children}</ActionIcon>
      </span>
    </Tooltip>
  );
}
