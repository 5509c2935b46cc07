/** The end of what is drawn of a long list: coming into sight, or pressed, it brings more. */
import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

/** Some screens full; a thousand cards at once would keep a browser busy for seconds. */
const STEP = 60;

/** How many items to draw: a step, and a step more with each `onMore`; `key` begins anew. */
export function useGrowing(key: string): { readonly limit: number; readonly onMore: () => void } {
  const [grown, setGrown] = useState({ key, limit: STEP });
  const limit = grown.key === key ? grown.limit : STEP;
  return { limit, onMore: () => setGrown({ key, limit: limit + STEP }) };
}

export function More({ left, onMore }: { readonly left: number; readonly onMore: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    const element = end.current;
    if (element === null) return undefined;
    // Begun a screen early, so that whoever scrolls steadily does not see the end.
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) latest.current();
    }, { rootMargin: "800px" });
    observer.observe(element);
    return () => observer.disconnect();
    // Anew with each step: an end that stays in sight is told about once.
  }, [left]);
  return <div ref={end} className="dr-rooms-more"><Button onClick={onMore}>Show more ({left} left)</Button></div>;
}
