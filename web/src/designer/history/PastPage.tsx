/** A page as it was, drawn as on the canvas, with frames around what its revision changed. */
import { useEffect, useMemo, useRef, useState } from "react";

import type { Stage } from "../../library/stage";
import type { Snapshot } from "../../model/snapshot";
import type { LiveNode } from "../../model/types";
import { Store } from "../../shared/store";
import { Artboard } from "../canvas/Artboard";
import { Surface } from "../canvas/surface";
import { cover, Tracker, TrackerContext, useTracked } from "../canvas/tracker";

/** More frames than this say nothing any more. */
const FRAMES_MAX = 50;

interface PastPageProps {
  readonly snapshot: Snapshot;
  readonly page: LiveNode;
  readonly nodes: readonly string[];
}

export function PastPage({ snapshot, page, nodes }: PastPageProps) {
  const { surface, tracker } = useState(() => {
    const made = new Surface();
    return { surface: made, tracker: new Tracker(made) };
  })[0];
  const stage = useMemo(() => stageOf(snapshot, nodes), [snapshot, nodes]);
  const framed = useMemo(() => nodes.filter((id) => id !== page.id).slice(0, FRAMES_MAX), [nodes, page.id]);
  useEffect(() => tracker.watch(), [tracker, page.id]);
  useEffect(() => {
    const first = framed.find((id) => surface.element(id) !== null);
    if (first !== undefined) surface.reveal(first);
  }, [surface, framed, snapshot]);
  return (
    <div ref={surface.setViewport} className="dr-canvas dr-past-canvas" tabIndex={0} role="group" aria-label="Page of then">
      <div className="dr-past-board">
        <div className="dr-artboard">
          <Artboard page={page} stage={stage} host={surface.setHost} />
        </div>
        <TrackerContext value={tracker}>
          <div ref={surface.setOverlay} className="dr-overlay">
            <div className="dr-outlines" aria-hidden>{framed.map((id) => <Changed key={id} id={id} />)}</div>
          </div>
        </TrackerContext>
      </div>
    </div>
  );
}

function Changed({ id }: { readonly id: string }) {
  const element = useRef<HTMLDivElement>(null);
  useTracked(id, (rect) => cover(element.current, rect));
  return <div ref={element} className="dr-outline dr-outline-changed" data-changed={id} hidden />;
}

/** Structure alone: data of now in a page of then would be neither. */
function stageOf(snapshot: Snapshot, nodes: readonly string[]): Stage {
  return {
    mode: "design",
    runtime: null,
    snapshots: new Store(snapshot),
    revealed: new Store<ReadonlySet<string>>(new Set(nodes.flatMap((id) => snapshot.path(id).map((node) => node.id)))),
    opened: new Store<ReadonlySet<string>>(new Set()),
    navigate: () => undefined,
    setOpen: () => undefined,
    closeAll: () => undefined,
  };
}
