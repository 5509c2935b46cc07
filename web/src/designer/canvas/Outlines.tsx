/**
 * Frames around what is selected, hovered and flashed: one's own in the accent colour, others' with
 * their names. React draws which there are; where they are, the tracker writes.
 */
import { type ReactNode, useRef } from "react";

import { nodeLabel } from "../../model/labels";
import { inkOn } from "../../shared/people";
import { type Store, useSelect } from "../../shared/store";
import { useDesk, useSelectedKeys } from "../desk";
import { useFlash } from "../flash";
import { LockName } from "../locks/LockMark";
import type { Person } from "../presence";
import type { Rect } from "./geometry";
import { SelectionTools } from "./SelectionTools";
import { cover, useTracked } from "./tracker";

/** Room that a label above its frame needs, in pixels. */
const LABEL_PX = 20;
/** The longest name, as in canvas.css. */
const NAME_PX = 180;

export function Outlines({ page, hovered, isQuiet }: { readonly page: string; readonly hovered: Store<string | null>; readonly isQuiet: boolean }) {
  const desk = useDesk();
  const people = useSelect(desk.connection.presence.people, (value) => value);
  const locks = useSelect(desk.connection.locks.state, (state) => state.locks);
  const selected = useSelectedKeys().filter((key) => key !== page);
  const primary = selected.at(-1);
  return (
    <>
      {[...holders(people, page)].map(([id, [first, ...rest]]) => (
        <Frame key={`others/${id}`} id={id} className="dr-outline dr-outline-other" color={first.color} isBeneath={!isQuiet && id === primary}>
          <span className="dr-outline-names">
            {[...rest, first].map((person) => (
              <span key={person.client} className="dr-outline-name" dir="auto" style={{ background: person.color, color: inkOn(person.color) }}>{person.name}</span>
            ))}
          </span>
        </Frame>
      ))}
      {locks.filter(({ component }) => component !== page).map((lock) => (
        <Frame key={`lock/${lock.component}`} id={lock.component} className="dr-outline dr-outline-locked" color={lock.color}>
          <LockName lock={lock} />
        </Frame>
      ))}
      {!isQuiet && <Hovered hovered={hovered} selected={selected} />}
      {!isQuiet && selected.map((id) => (
        <Frame key={`own/${id}`} id={id} className="dr-outline dr-outline-own" isPrimary={id === primary}>
          <Flash id={id} />
          {id === primary && <SelectionTools id={id} />}
        </Frame>
      ))}
    </>
  );
}

/** Who holds each element: several people share one frame, and their names stand side by side. */
function holders(people: readonly Person[], page: string): ReadonlyMap<string, readonly [Person, ...Person[]]> {
  const found = new Map<string, readonly [Person, ...Person[]]>();
  for (const person of people) {
    for (const id of person.selection) {
      const others = found.get(id);
      if (id !== page) found.set(id, others === undefined ? [person] : [...others, person]);
    }
  }
  return found;
}

function Hovered({ hovered, selected }: { readonly hovered: Store<string | null>; readonly selected: readonly string[] }) {
  const desk = useDesk();
  const id = useSelect(hovered, (value) => value);
  const label = useSelect(desk.connection.model.snapshots, (snapshot) => {
    const node = id === null ? undefined : snapshot.node(id);
    return node === undefined ? null : nodeLabel(node, desk.registry, snapshot);
  });
  if (id === null || label === null || selected.includes(id)) return null;
  return (
    <Frame id={id} className="dr-outline dr-outline-hovered">
      <span className="dr-outline-name" dir="auto">{label}</span>
    </Frame>
  );
}

/** What somebody else changed is lit up once. */
function Flash({ id }: { readonly id: string }) {
  const flash = useFlash(id);
  return flash > 0 ? <span key={flash} className="dr-flash" /> : null;
}

interface FrameProps {
  readonly id: string;
  readonly className: string;
  readonly color?: string;
  readonly isPrimary?: boolean;
  /** The names stand beneath, because one's own tools stand above. */
  readonly isBeneath?: boolean;
  readonly children?: ReactNode;
}

function Frame({ id, className, color, isPrimary = false, isBeneath = false, children }: FrameProps) {
  const element = useRef<HTMLDivElement>(null);
  useTracked(id, (rect: Rect | null) => {
    cover(element.current, rect);
    // At the upper end of the page there is no room above, and the label moves beneath or inside.
    if (rect === null) return;
    element.current?.toggleAttribute("data-low", rect.top < LABEL_PX);
    // Names that are longer than their frame grow into the page, and not over its edge.
    element.current?.toggleAttribute("data-narrow", rect.width < NAME_PX);
  });
  return (
    <div ref={element} className={className} data-outline={id} data-primary={isPrimary || undefined} data-beneath={isBeneath || undefined} style={color === undefined ? undefined : { borderColor: color }} hidden>
      {children}
    </div>
  );
}
