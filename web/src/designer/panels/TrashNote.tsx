/** In the inspector: that what is shown is in the Trash, by whom, and the way back. */
import "./panels.css";

import { Button } from "@mantine/core";
import { RotateCcw } from "lucide-react";

import { nodeLabel } from "../../model/labels";
import { useSelect } from "../../shared/store";
import { restore } from "../commands/edits";
import { subjectWords } from "../conflicts/words";
import { useDesk, useIsReadOnly } from "../desk";
import { deletedAround, deletersOf } from "./gone";

/** Renders nothing for what is live. */
export function TrashNote({ id }: { readonly id: string }) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const deleted = useSelect(desk.connection.model.snapshots, (snapshot) => deletedAround(snapshot, id));
  const by = useSelect(deletersOf(desk), (known) => known.get(deleted?.id ?? ""));
  if (deleted === undefined) return null;
  const subject = subjectWords({ node: deleted.id, label: nodeLabel(deleted, desk.registry), type: deleted.type }, desk.registry);
  const what = deleted.id === id ? "this element" : `${subject}, in which this element stands,`;
  return (
    <div className="dr-note" role="status">
      <p dir="auto">{by === undefined ? `${capital(what)} is in the Trash, with all that is in it.` : `${by} moved ${what} to the Trash, with all that is in it.`}{!isReadOnly && " What you write here is kept."}</p>
      {!isReadOnly && <Button leftSection={<RotateCcw size={14} />} onClick={() => restore(desk, deleted.id)}>Restore</Button>}
    </div>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
