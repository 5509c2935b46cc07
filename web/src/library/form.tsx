/** A form: fields in a column; sending it waits for data. */
import type { FormEvent } from "react";

import { Bound } from "./Bound";
import { Slot } from "./NodeView";
import { perform } from "./performing";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

export function FormView({ node, root }: ViewProps) {
  const stage = useStage();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    perform(node, "onSubmit", stage);
  };
  return (
    <form {...root} className="app-form" onSubmit={send} noValidate={stage.mode === "design"}>
      <Slot node={node} hint="Empty form: add fields" />
      {node.props.submitLabel !== undefined && (
        <button type="submit" className="app-button" data-variant="primary" tabIndex={stage.mode === "design" ? -1 : undefined}>
          <Bound value={node.props.submitLabel} fallback="Save" />
        </button>
      )}
    </form>
  );
}
