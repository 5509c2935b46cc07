/** Keeps the rows in sight where they are while others change the tree above them. */
import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useLayoutEffect, useMemo, useRef } from "react";

import type { TreeRow } from "../../model/tree";
import { sameItems } from "../../shared/store";
import { shiftOf } from "./anchor";
import { ROW_HEIGHT } from "./dropTarget";

/** `virtualizer` remembers where the tree is scrolled: asking the tree would make the browser lay out all first. */
export function useAnchor(tree: RefObject<HTMLElement | null>, virtualizer: Virtualizer<HTMLElement, Element>, rows: readonly TreeRow[], inset: number): void {
  const keys = useMemo(() => rows.map((row) => row.key), [rows]);
  const last = useRef(keys);
  useLayoutEffect(() => {
    const before = last.current;
    last.current = keys;
    const { scrollOffset, scrollRect } = virtualizer;
    if (tree.current === null || scrollOffset === null || scrollRect === null || scrollOffset === 0 || sameItems(before, keys)) return;
    // Rows that are only half seen at the upper edge do not count: the first whole one stays.
    const first = Math.ceil((scrollOffset - inset) / ROW_HEIGHT);
    const shift = shiftOf(before, keys, first, first + Math.floor(scrollRect.height / ROW_HEIGHT));
    if (shift !== 0) tree.current.scrollTop += shift * ROW_HEIGHT;
  }, [tree, virtualizer, keys, inset]);
}
