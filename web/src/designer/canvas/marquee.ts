/** What a marquee selects: the nodes of one level that it touches, as deep as it lies in one of them. */
import { intersects, type Rect } from "./geometry";

interface Level {
  readonly childrenOf: (id: string) => readonly string[];
  readonly rectOf: (id: string) => Rect | null;
}

/**
 * The touched nodes, in the order of the page.
 *
 * Beginning with `top`, it goes down for as long as a single child is touched that holds the whole
 * marquee and has something in it that is touched: who draws within a card means what is in it.
 */
export function touchedBy(marquee: Rect, top: string, level: Level): readonly string[] {
  const touched = (parent: string): readonly string[] =>
    level.childrenOf(parent).filter((id) => {
      const rect = level.rectOf(id);
      return rect !== null && intersects(rect, marquee);
    });
  let found = touched(top);
  for (;;) {
    const only = found.length === 1 ? found[0] : undefined;
    const rect = only === undefined ? null : level.rectOf(only);
    if (only === undefined || rect === null || !holds(rect, marquee)) return found;
    const inside = touched(only);
    if (inside.length === 0) return found;
    found = inside;
  }
}

function holds(outer: Rect, inner: Rect): boolean {
  return inner.left >= outer.left && inner.top >= outer.top
    && inner.left + inner.width <= outer.left + outer.width && inner.top + inner.height <= outer.top + outer.height;
}
