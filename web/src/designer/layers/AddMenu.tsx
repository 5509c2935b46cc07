/** What can be added at the selection, by the slots' definitions: found by typing, chosen by Enter. */
import { Button, Popover } from "@mantine/core";
import { Plus } from "lucide-react";
import { useEffect, useId, useState } from "react";

import { nodeLabel } from "../../model/labels";
import type { Definition } from "../../model/types";
import { add } from "../commands/edits";
import { type AddPlace, addPlaces } from "../commands/places";
import { DefinitionIcon } from "../DefinitionIcon";
import { FindInput } from "../FindInput";
import { useDesk, useIsReadOnly, useSelection, useSnapshot } from "../desk";

interface Offer {
  readonly place: AddPlace;
  readonly definition: Definition;
}

export function AddMenu() {
  const [isOpen, setOpen] = useState(false);
  const isReadOnly = useIsReadOnly();
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={272} trapFocus returnFocus shadow="md" transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button leftSection={<Plus size={14} />} disabled={isReadOnly} aria-label="Add component" onClick={() => setOpen(!isOpen)}>
          Add
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={4} aria-label="Add an element">
        {isOpen && <Chooser onDone={() => setOpen(false)} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Chooser({ onDone }: { readonly onDone: () => void }) {
  const desk = useDesk();
  const id = useId();
  const [filter, setFilter] = useState("");
  const [wanted, setActive] = useState(0);
  const offers = useOffers(filter);
  const active = Math.min(wanted, offers.length - 1);
  useEffect(() => {
    document.getElementById(`${id}-list-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [id, active]);
  const choose = ({ definition, place }: Offer): void => {
    add(desk, definition, place);
    onDone();
  };
  const take = (): void => {
    const offer = offers[active];
    if (offer !== undefined) choose(offer);
  };
  return (
    <>
      <FindInput
        id={`${id}-list`}
        label="Find an element to add"
        placeholder="Find…"
        value={filter}
        count={offers.length}
        active={active}
        onFind={(text) => {
          setFilter(text);
          setActive(0);
        }}
        onMark={setActive}
        onTake={take}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Elements" className="dr-offers">
        {groups(offers).map((group) => (
          <div key={group.key} role="group" aria-label={group.heading}>
            <div className="dr-offers-head" dir="auto" aria-hidden>{group.heading}</div>
            {group.offers.map(([index, offer]) => (
              <div
                key={offer.definition.id}
                id={`${id}-list-${index}`}
                role="option"
                aria-selected={index === active}
                className="dr-offer"
                onMouseMove={() => setActive(index)}
                onClick={() => choose(offer)}
              >
                <DefinitionIcon name={offer.definition.icon} />
                {offer.definition.title}
              </div>
            ))}
          </div>
        ))}
      </div>
      {offers.length === 0 && <p className="dr-hint dr-offers-none">Nothing fits. Select another element, or clear the search.</p>}
    </>
  );
}

function useOffers(filter: string): readonly Offer[] {
  const desk = useDesk();
  // Both decide what can be added where.
  useSnapshot();
  useSelection();
  const wanted = filter.trim().toLocaleLowerCase();
  const matches = ({ title, id }: Definition): boolean => `${title} ${id}`.toLocaleLowerCase().includes(wanted);
  const rank = ({ definition }: Offer): number => (wanted !== "" && definition.title.toLocaleLowerCase().startsWith(wanted) ? 0 : 1);
  return addPlaces(desk, (node) => nodeLabel(node, desk.registry, desk.snapshot)).flatMap((place) =>
    place.accepts
      .filter(matches)
      .map((definition) => ({ place, definition }))
      .toSorted((a, b) => rank(a) - rank(b)),
  );
}

interface Group {
  readonly key: string;
  readonly heading: string;
  readonly offers: (readonly [number, Offer])[];
}

/** The offers under their headings, each with its number among all. */
function groups(offers: readonly Offer[]): readonly Group[] {
  const found: Group[] = [];
  offers.forEach((offer, index) => {
    const { heading } = offer.place;
    const last = found.at(-1);
    if (last !== undefined && last.heading === heading) last.offers.push([index, offer]);
    else found.push({ key: `${index}/${heading}`, heading, offers: [[index, offer]] });
  });
  return found;
}
