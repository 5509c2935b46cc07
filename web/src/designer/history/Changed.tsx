/** Frames on the canvas around what the revision of the past changed; the first comes into sight. */
import { useEffect, useRef } from "react";

import { useSelect } from "../../shared/store";
import type { Surface } from "../canvas/surface";
import { cover, useTracked } from "../canvas/tracker";
import { useDesk, useSnapshot } from "../desk";

/** More frames than this say nothing any more. */
const FRAMES_MAX = 50;

export function ChangedFrames({ page, surface }: { readonly page: string; readonly surface: Surface }) {
  const desk = useDesk();
  const changed = useSelect(desk.changed, (value) => value);
  const snapshot = useSnapshot();
  const framed = [...changed].filter((id) => id !== page && snapshot.path(id)[0]?.id === page).slice(0, FRAMES_MAX);
  const first = framed[0];
  useEffect(() => {
    if (first === undefined) return undefined;
    // The page is drawn by then.
    const frame = requestAnimationFrame(() => surface.reveal(first));
    return () => cancelAnimationFrame(frame);
  }, [surface, changed, first]);
  return framed.map((id) => <Changed key={id} id={id} />);
}

function Changed({ id }: { readonly id: string }) {
  const element = useRef<HTMLDivElement>(null);
  useTracked(id, (rect) => cover(element.current, rect));
  return <div ref={element} className="dr-outline dr-outline-changed" data-changed={id} hidden />;
}
