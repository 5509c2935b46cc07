/** A whole page: its components in a column. */
import { type ReactNode, useEffect, useMemo, useState } from "react";

import { typeName } from "../model/registry";
import type { Snapshot } from "../model/snapshot";
import type { LiveNode } from "../model/types";
import { sameItems, useSelect } from "../shared/store";
import { Slot } from "./NodeView";
import { ScopeContext, useScope } from "./scope";
import { useStage } from "./stage";
import { isOnItsWay, loadViews, views } from "./views";

interface PageViewProps {
  readonly page: LiveNode;
  /** What is shown until the views are here that the page needs. */
  readonly waiting?: ReactNode;
}

export function PageView({ page, waiting = null }: PageViewProps) {
  const stage = useStage();
  const around = useScope();
  const namesOf = useMemo(() => namesIn(page.id), [page.id]);
  const names = useSelect(stage.snapshots, namesOf, sameItems);
  useEffect(() => void loadViews(names), [names]);
  const isComplete = useSelect(views, (here) => !names.some((name) => isOnItsWay(name, here)));
  const [isShown, setShown] = useState(isComplete);
  // Only the first time: what somebody adds to a page that is shown must not take the rest away.
  if (isComplete && !isShown) setShown(true);
  if (!isComplete && !isShown) return waiting;
  return (
    <ScopeContext value={stage.scope ?? around}>
      <div className="app-page" data-node={page.id}>
        <Slot node={page} hint="This page is empty. Add a component to begin." />
      </div>
    </ScopeContext>
  );
}

/** Reads which views a page needs; it walks through the page again only when its nodes are others. */
function namesIn(page: string): (snapshot: Snapshot) => readonly string[] {
  let shape: object | null = null;
  let names: readonly string[] = [];
  return (snapshot) => {
    if (snapshot.shape !== shape) names = [...new Set(snapshot.subtree(page).map((node) => typeName(node.type)))].sort();
    shape = snapshot.shape;
    return names;
  };
}
