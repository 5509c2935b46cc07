/** A whole page: its components in a column. */
import type { LiveNode } from "../model/types";
import { Slot } from "./NodeView";

export function PageView({ page }: { readonly page: LiveNode }) {
  return (
    <div className="app-page" data-node={page.id}>
      <Slot node={page} hint="This page is empty. Add a component to begin." />
    </div>
  );
}
