/** A workflow as a list of its steps. */
import type { LiveNode } from "../../model/types";

export function WorkflowView({ workflow }: { readonly workflow: LiveNode }) {
  return <section className="dr-centre" aria-label="Workflow" data-workflow={workflow.id} />;
}
