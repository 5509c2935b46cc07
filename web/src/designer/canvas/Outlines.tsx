/** Frames around what is selected: one's own in the accent colour, others' with their names. */
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

import { inkOn } from "../../shared/people";
import { useSelect } from "../../shared/store";
import { useDesk, useSelection, useSnapshot } from "../desk";

interface Box {
  readonly key: string;
  readonly name: string | null;
  readonly color: string | null;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function Outlines({ artboard, page }: { readonly artboard: RefObject<HTMLDivElement | null>; readonly page: string }) {
  const desk = useDesk();
  const selected = useSelection();
  const snapshot = useSnapshot();
  const people = useSelect(desk.connection.presence.people, (value) => value);
  const [boxes, setBoxes] = useState<readonly Box[]>([]);
  const [size, setSize] = useState(0);
  useEffect(() => {
    const element = artboard.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setSize((count) => count + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, [artboard]);
  useLayoutEffect(() => {
    const element = artboard.current;
    if (element === null) return;
    const wanted = [
      ...people.flatMap((person) => person.selection.map((id) => ({ id, key: `${person.client}/${id}`, name: person.name, color: person.color }))),
      { id: selected, key: "own", name: null, color: null },
    ];
    const next = wanted.flatMap(({ id, ...mark }) => {
      const place = id === page ? null : measure(element, id);
      return place === null ? [] : [{ ...mark, ...place }];
    });
    setBoxes((previous) => (sameBoxes(previous, next) ? previous : next));
  }, [artboard, people, selected, snapshot, page, size]);
  useEffect(() => {
    // What was chosen in the tree comes into sight; a page itself is no place to scroll to.
    if (selected !== page) find(artboard.current, selected)?.scrollIntoView({ block: "nearest" });
  }, [artboard, selected, page]);
  return (
    <div className="dr-outlines" aria-hidden>
      {boxes.map(({ key, name, color, left, top, width, height }) => (
        <div
          key={key}
          className={name === null ? "dr-outline" : "dr-outline dr-outline-other"}
          style={{ left, top, width, height, ...(color !== null && { borderColor: color }) }}
        >
          {name !== null && color !== null && (
            <span data-inside={top < 18 || undefined} style={{ background: color, color: inkOn(color) }}>{name}</span>
          )}
        </div>
      ))}
    </div>
  );
}

function find(artboard: HTMLElement | null, id: string): Element | null {
  const shadow = artboard?.querySelector(".dr-shadow")?.shadowRoot;
  return shadow?.querySelector(`[data-node="${CSS.escape(id)}"]`) ?? null;
}

function measure(artboard: HTMLElement, id: string) {
  const element = find(artboard, id);
  if (element === null) return null;
  const frame = artboard.getBoundingClientRect();
  const box = element.getBoundingClientRect();
  return { left: box.left - frame.left, top: box.top - frame.top, width: box.width, height: box.height };
}

function sameBoxes(a: readonly Box[], b: readonly Box[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
