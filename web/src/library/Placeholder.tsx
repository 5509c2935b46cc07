/** Stands in for a component that has no view here, with its content inside. */
import { ownWords } from "../model/labels";
import { typeName } from "../model/registry";
import { Slot } from "./NodeView";
import { useSlots } from "./stage";
import type { ViewProps } from "./view";

export function Placeholder({ node, root }: ViewProps) {
  const slots = useSlots(node.id);
  const name = ownWords(node);
  return (
    <section {...root} className="app-placeholder" aria-label={typeName(node.type)}>
      <p className="app-placeholder-title">
        <strong>{typeName(node.type)}</strong>
        {name !== null && <span>{name}</span>}
      </p>
      {slots.map((slot) => (
        <Slot key={slot} node={node} name={slot} />
      ))}
    </section>
  );
}
