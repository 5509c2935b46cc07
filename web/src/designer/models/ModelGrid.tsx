/** A data model as a grid: its fields, their types and rules. */
import type { LiveNode } from "../../model/types";

export function ModelGrid({ model }: { readonly model: LiveNode }) {
  return <section className="dr-centre" aria-label="Data model" data-model={model.id} />;
}
