/** The palette: everything that can be put onto a page, dragged there or by a click. */
import "./palette.css";

import { draggable } from "@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import { nodeLabel } from "../../model/labels";
import { typeOf } from "../../model/registry";
import type { Target } from "../../model/targets";
import { ROOT } from "../../model/types";
import { DefinitionIcon } from "../DefinitionIcon";
import { type Desk, useDesk, useIsReadOnly, useSelectedKeys, useSnapshot } from "../desk";
import { carry, type DragData } from "../drag/data";
import { showDragLabel } from "../layers/preview";
import { bestFound, isFound, paletteGroups } from "./groups";
import { insertDefinition, insertPlace, insertSection, sectionPlace } from "./insert";
import { SECTIONS } from "./sections";
import { Sketch } from "./sections/Sketch";
import type { Mark } from "./sections/sketch";

const SECTIONS_TITLE = "Sections";

/** One thing that can be put somewhere. */
interface Piece {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly icon: string | undefined;
  /** The picture of a section. */
  readonly sketch: readonly Mark[] | null;
  readonly data: DragData;
  /** Where a click puts it; null where nothing at hand takes it. */
  readonly place: Target | null;
  readonly insert: () => void;
}

interface PieceGroup {
  readonly title: string;
  readonly pieces: readonly Piece[];
}

export function PalettePanel() {
  const id = useId();
  const isReadOnly = useIsReadOnly();
  const [query, setQuery] = useState("");
  const [wanted, setActive] = useState<number | null>(null);
  const groups = usePieces(query);
  const pieces = groups.flatMap((group) => group.pieces);
  const [isFinding, setFinding] = useState(false);
  const [pointed, setPointed] = useState<string | null>(null);
  const active = Math.min(wanted ?? bestFound(query, pieces.map(({ title }) => title)), pieces.length - 1);
  const piece = pieces[active];
  // The pointer only asks what something is: what Enter takes stays where the keys left it.
  const shown = pieces.find((member) => member.id === pointed) ?? (isFinding ? piece : undefined);
  const onKey = (event: KeyboardEvent): void => {
    const step: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key === "Enter") piece?.insert();
    else if (step[event.key] !== undefined) setActive(Math.min(Math.max(active + (step[event.key] ?? 0), 0), pieces.length - 1));
    else return;
    event.preventDefault();
    if (event.key !== "Enter") document.getElementById(`${id}-${active + (step[event.key] ?? 0)}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <section className="dr-panel dr-left" aria-label="Palette">
      <div className="dr-palette-search">
        <Search size={14} aria-hidden />
        <input
          className="dr-input"
          role="combobox"
          aria-label="Find a component"
          aria-expanded
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={piece === undefined ? undefined : `${id}-${active}`}
          aria-describedby={`${id}-about`}
          placeholder="Find a component…"
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setActive(null);
          }}
          onKeyDown={onKey}
          onFocus={() => setFinding(true)}
          onBlur={() => setFinding(false)}
        />
      </div>
      <div id={`${id}-list`} className="dr-palette" role="listbox" aria-label="Components and sections" tabIndex={-1} onMouseLeave={() => setPointed(null)}>
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title} className="dr-palette-group">
            <div className="dr-palette-head" aria-hidden>{group.title}</div>
            {group.pieces.map((member) => (
              <Tile key={member.id} id={`${id}-${pieces.indexOf(member)}`} piece={member} isActive={isFinding && member === piece} isReadOnly={isReadOnly} onPoint={() => setPointed(member.id)} />
            ))}
          </div>
        ))}
      </div>
      {pieces.length === 0 && <p className="dr-hint dr-palette-none" role="status">Nothing is called that. Clear the search to see everything.</p>}
      <About id={`${id}-about`} piece={shown} />
    </section>
  );
}

/** The foot: what the piece in question is for and where a click puts it; else how to use the palette. */
function About({ id, piece }: { readonly id: string; readonly piece: Piece | undefined }) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  return (
    <div className="dr-palette-about" id={id}>
      {piece === undefined ? (
        <p className="dr-muted">{isReadOnly ? desk.whyReadOnly : "Drag one onto the page or into the layers, or click it to put it at the selection."}</p>
      ) : (
        <>
          <strong>{piece.title}</strong>
          <p>{piece.description}</p>
          <p className="dr-muted dr-ellipsis" dir="auto">{isReadOnly ? desk.whyReadOnly : placeText(desk, piece.place)}</p>
        </>
      )}
    </div>
  );
}

interface TileProps {
  readonly id: string;
  readonly piece: Piece;
  readonly isActive: boolean;
  readonly isReadOnly: boolean;
  readonly onPoint: () => void;
}

function Tile({ id, piece, isActive, isReadOnly, onPoint }: TileProps) {
  const element = useRef<HTMLDivElement>(null);
  // What it carries stays the same while the selection changes where a click would put it.
  const { title, data } = piece;
  const latest = useRef({ title, data });
  useEffect(() => {
    latest.current = { title, data };
  }, [title, data]);
  useEffect(() => {
    if (element.current === null || isReadOnly) return undefined;
    return draggable({
      element: element.current,
      getInitialData: () => carry(latest.current.data),
      onGenerateDragPreview: ({ nativeSetDragImage }) => showDragLabel(nativeSetDragImage, latest.current.title, 1),
    });
  }, [isReadOnly]);
  return (
    <div
      ref={element}
      id={id}
      role="option"
      aria-selected={isActive}
      className="dr-tile"
      data-unfit={piece.place === null || undefined}
      data-pictured={piece.sketch !== null || undefined}
      onMouseEnter={onPoint}
      onClick={piece.insert}
    >
      {piece.sketch === null ? <DefinitionIcon name={piece.icon} /> : <Sketch marks={piece.sketch} />}
      <span className="dr-tile-title">{title}</span>
    </div>
  );
}

function usePieces(query: string): readonly PieceGroup[] {
  const desk = useDesk();
  // Both decide where a click puts things.
  useSnapshot();
  useSelectedKeys();
  const groups = paletteGroups(desk.registry.definitions, query).map(({ title, definitions }) => ({
    title,
    pieces: definitions.map((definition): Piece => ({
      id: definition.id,
      title: definition.title,
      description: definition.description ?? "",
      icon: definition.icon,
      sketch: null,
      data: { kind: "definition", type: typeOf(definition) },
      place: insertPlace(desk, definition),
      insert: () => explain(desk, definition.title, insertDefinition(desk, definition)),
    })),
  }));
  const sections = SECTIONS.filter(({ title, id, description }) => isFound(query, title, id, description)).map((section): Piece => ({
    id: `section:${section.id}`,
    title: section.title,
    description: section.description,
    icon: undefined,
    sketch: section.sketch,
    data: { kind: "fragment", fragment: section.fragment },
    place: sectionPlace(desk, section.fragment),
    insert: () => explain(desk, section.title, insertSection(desk, section.fragment)),
  }));
  return sections.length === 0 ? groups : [...groups, { title: SECTIONS_TITLE, pieces: sections }];
}

function explain(desk: Desk, title: string, isDone: boolean): void {
  if (isDone) return;
  if (desk.isReadOnly) desk.connection.tell("Nothing was added", desk.whyReadOnly);
  else desk.connection.tell(`Nowhere to put: ${title}`, "Add a page first, or select something that takes components.");
}

function placeText(desk: Desk, place: Target | null): string {
  if (place === null) return "Nothing here takes it. Add a page first.";
  const parent = place.parent === ROOT ? undefined : desk.snapshot.node(place.parent);
  return parent === undefined ? "A click adds it to the application." : `A click adds it to: ${nodeLabel(parent, desk.registry, desk.snapshot)}`;
}
