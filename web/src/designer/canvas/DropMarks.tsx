/** While something is dragged: the gap it would go into and whose it is, or why it may not. */
import { Ban } from "lucide-react";
import type { CSSProperties } from "react";

import { type Store, useSelect } from "../../shared/store";
import type { DropState } from "./drops";
import type { Rect } from "./geometry";
import type { Surface } from "./surface";

export function DropMarks({ state, surface }: { readonly state: Store<DropState>; readonly surface: Surface }) {
  const spot = useSelect(state, (value) => value.spot);
  if (spot === null) return null;
  const at = (rect: Rect): CSSProperties => {
    const { left, top, width, height } = surface.toOverlay(rect);
    return { left, top, width, height };
  };
  if (spot.kind === "refused") {
    return (
      <div className="dr-spot-refused" style={at(spot.container)}>
        <span className="dr-spot-caption"><Ban size={12} /> {spot.reason}</span>
      </div>
    );
  }
  const mark = surface.toOverlay(spot.mark);
  return (
    <>
      <div className="dr-spot-container" style={at(spot.container)} />
      {spot.strips.map((strip) => (
        <div key={strip.slot} className="dr-spot-strip" data-active={strip.slot === spot.target.slot || undefined} style={at(strip.rect)}>{strip.title}</div>
      ))}
      <div className={spot.isBox ? "dr-spot-box" : "dr-spot-line"} style={at(spot.mark)} />
      <div className="dr-spot-caption" style={{ left: mark.left, top: mark.top < 24 ? mark.top + mark.height + 4 : mark.top - 22 }}>{spot.caption}</div>
    </>
  );
}

/** The marquee while it is drawn. */
export function Marquee({ marquee, surface }: { readonly marquee: Store<Rect | null>; readonly surface: Surface }) {
  const rect = useSelect(marquee, (value) => value);
  if (rect === null) return null;
  const { left, top, width, height } = surface.toOverlay(rect);
  return <div className="dr-marquee" style={{ left, top, width, height }} />;
}
