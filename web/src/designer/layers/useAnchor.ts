/** Keeps the rows in sight where they are while others change the tree above them. */
import { type RefObject, useLayoutEffect, useMemo, useRef } from "react";

import type { TreeRow } from "../../model/tree";
import { shiftOf } from "./anchor";
import { ROW_HEIGHT } from "./dropTarget";

export function useAnchor(tree: RefObject<HTMLElement | null>, rows: readonly TreeRow[], inset: number): void {
  const keys = useMemo(() => rows.map((row) => row.key), [rows]);
  const last = useRef(keys);
  useLayoutEffect(() => {
    const before = last.current;
    last.current = keys;
    const element = tree.current;
    if (element === null || before === keys) return;
    // Rows that are only half seen at the upper edge do not count: the first whole one stays.
    const first = Math.ceil((element.scrollTop - inset) / ROW_HEIGHT);
    const shift = shiftOf(before, keys, first, first + Math.floor(element.clientHeight / ROW_HEIGHT));
    if (shift !== 0 && element.scrollTop > 0) element.scrollTop += shift * ROW_HEIGHT;
  }, [tree, keys, inset]);
}
