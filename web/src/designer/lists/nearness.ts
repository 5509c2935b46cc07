/**
 * Which elements of something that scrolls are near to what is seen of it.
 *
 * For lists within lists whose entries have any height, where rows of one height (`useRows`) do not do:
 * an entry far away stands as an empty box as high as it was, and is drawn when it comes near.
 */
import { type RefObject, useLayoutEffect, useState } from "react";

/** How far above and below what is seen an entry is near, in parts of that. */
const MARGIN = "100%";

export interface Near {
  readonly isNear: boolean;
  /** How high it was when it was drawn last, in pixels; null where it never was. */
  readonly height: number | null;
}

type Tell = (near: Near) => void;

/** One observer for all the entries of one scroller. */
export class Nearness {
  readonly #told = new Map<Element, Tell>();
  #observer: IntersectionObserver | null = null;

  /** `scroller` is looked for at the first entry, when it is in the page. */
  constructor(private readonly scroller: string) {}

  /** Tells of an entry whenever it comes near or goes; until the returned function is called. */
  observe(entry: Element, tell: Tell): () => void {
    this.#observer ??= new IntersectionObserver((entries) => this.#see(entries), { root: entry.closest(this.scroller), rootMargin: `${MARGIN} 0px` });
    this.#told.set(entry, tell);
    this.#observer.observe(entry);
    return () => {
      this.#told.delete(entry);
      this.#observer?.unobserve(entry);
      if (this.#told.size > 0) return;
      this.#observer?.disconnect();
      this.#observer = null;
    };
  }

  #see(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      // Who types in it, or drags something of it, would lose that.
      const isHeld = target.contains(document.activeElement) || target.querySelector("[data-dragged]") !== null;
      this.#told.get(target)?.({ isNear: isIntersecting || isHeld, height: boundingClientRect.height });
    }
  }
}

/** Whether an entry is near; `isKept` says that it is wanted wherever it stands. */
export function useNear(nearness: Nearness, entry: RefObject<HTMLElement | null>, isNearAtFirst: boolean, isKept: boolean): Near {
  const [near, setNear] = useState<Near>({ isNear: isNearAtFirst, height: null });
  useLayoutEffect(() => {
    if (entry.current === null) return undefined;
    return nearness.observe(entry.current, (next) => setNear((before) => (before.isNear === next.isNear && (before.isNear || before.height === next.height) ? before : next)));
  }, [nearness, entry]);
  return isKept && !near.isNear ? { ...near, isNear: true } : near;
}
