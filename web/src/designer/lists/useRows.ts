/**
 * Rows of one height, drawn as far as they are seen: layers, pages, data models, workflows and fields.
 *
 * Drawn besides are those that `kept` names, since a row with the focus must not go from under it,
 * and the one that is dragged (`data-dragged`, with its `data-index`): a drag ends with its element.
 */
import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useCallback } from "react";

/** How many rows are drawn on each side of those that are seen. */
const OVERSCAN = 8;

export interface Rows {
  readonly count: number;
  /** Of each row, in pixels; the stylesheet has the same. */
  readonly height: number;
  /** Empty space above the first row and below the last one, in pixels; the stylesheet has the same. */
  readonly inset?: number;
  /** How far below the top of what scrolls they begin, in pixels. */
  readonly margin?: number;
  /** Indexes of rows that are drawn wherever they are; -1 names none. */
  readonly kept: readonly number[];
}

/** `scroller` tells what they scroll in, once it is in the page. */
export function useRows(scroller: () => HTMLElement | null, { count, height, inset = 0, margin = 0, kept }: Rows): Virtualizer<HTMLElement, Element> {
  const names = kept.join();
  const rangeExtractor = useCallback((range: Range) => {
    const dragged = Number(scroller()?.querySelector<HTMLElement>("[data-dragged]")?.dataset.index ?? -1);
    const wanted = [...defaultRangeExtractor(range), ...names.split(",").map(Number), dragged];
    return [...new Set(wanted)].filter((index) => index >= 0 && index < range.count).sort((a, b) => a - b);
  }, [scroller, names]);
  return useVirtualizer({
    count,
    getScrollElement: scroller,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: margin,
    paddingStart: inset,
    scrollPaddingStart: inset,
    scrollPaddingEnd: inset,
    rangeExtractor,
  });
}
