/** Why what one wrote in a field was not taken, and the words, at the field itself. */
import { CloseButton } from "@mantine/core";
import { CircleAlert } from "lucide-react";

import type { PropPath } from "../../model/editor";
import { sentence } from "../../shared/api";
import { sameItems, useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { RefusedValues } from "./RefusedValues";
import { concerns, type Refusal } from "./refusals";

/** Renders nothing where nothing was refused. */
export function FieldRefusal({ node, path }: { readonly node: string; readonly path: PropPath }) {
  const { refusals } = useDesk().connection;
  const own = useSelect(refusals.list, (list) => list.filter((refusal) => isAt(refusal, node, path)), sameItems);
  return own.map((refusal) => (
    <div key={refusal.id} className="dr-field-refusal" role="group" aria-label="Refused">
      <div className="dr-field-refusal-head">
        <CircleAlert size={12} aria-hidden />
        <span>Refused: {sentence(refusal.reason || refusal.code)}</span>
        <CloseButton size={16} iconSize={12} aria-label="Dismiss the refusal" onClick={() => refusals.dismiss(refusal.id)} />
      </div>
      <RefusedValues refusal={refusal} />
    </div>
  ));
}

// Only the innermost field that shows the value: its groups would say it again.
function isAt(refusal: Refusal, node: string, path: PropPath): boolean {
  return concerns(refusal, node, path) && refusal.path.filter((step) => step !== "expr").length === path.length;
}
