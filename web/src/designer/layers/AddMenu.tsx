/** The menu of what can be added at the selection, by the slots' definitions. */
import { Button, Menu, ScrollArea, TextInput } from "@mantine/core";
import { Plus } from "lucide-react";
import { Fragment, useState } from "react";

import { nodeLabel } from "../../model/labels";
import type { Definition } from "../../model/types";
import { add, type AddPlace, addPlaces } from "../commands";
import { DefinitionIcon } from "../DefinitionIcon";
import { useDesk, useIsReadOnly, useSelection, useSnapshot } from "../desk";

/** How many pixels of menu there may be before it scrolls. */
const MENU_HEIGHT_MAX = 420;

export function AddMenu() {
  const [isOpen, setOpen] = useState(false);
  const isReadOnly = useIsReadOnly();
  return (
    <Menu opened={isOpen} onChange={setOpen} position="bottom-start" width={272} trapFocus returnFocus>
      <Menu.Target>
        <Button leftSection={<Plus size={14} />} disabled={isReadOnly} aria-label="Add component">
          Add
        </Button>
      </Menu.Target>
      <Menu.Dropdown>{isOpen && <Places onDone={() => setOpen(false)} />}</Menu.Dropdown>
    </Menu>
  );
}

function Places({ onDone }: { readonly onDone: () => void }) {
  const desk = useDesk();
  useSnapshot();
  useSelection();
  const [filter, setFilter] = useState("");
  const places = addPlaces(desk, (node) => nodeLabel(node, desk.registry, desk.snapshot));
  const found = places
    .map((place) => ({ place, definitions: place.accepts.filter((definition) => matches(definition, filter)) }))
    .filter((entry) => entry.definitions.length > 0);
  const choose = (definition: Definition, place: AddPlace): void => {
    add(desk, definition, place);
    onDone();
  };
  return (
    <>
      <TextInput
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
        placeholder="Find…"
        aria-label="Find an element to add"
        data-autofocus
        mb={4}
        onKeyDown={(event) => {
          const first = found[0];
          const definition = first?.definitions[0];
          if (event.key !== "Enter" || first === undefined || definition === undefined) return;
          event.preventDefault();
          choose(definition, first.place);
        }}
      />
      <ScrollArea.Autosize mah={MENU_HEIGHT_MAX} type="auto">
        {found.length === 0 && <p className="dr-hint">Nothing fits. Select another element, or clear the search.</p>}
        {found.map(({ place, definitions }, index) => (
          <Fragment key={`${place.parent}/${place.slot}/${place.index}`}>
            {place.heading !== found[index - 1]?.place.heading && <Menu.Label dir="auto">{place.heading}</Menu.Label>}
            {definitions.map((definition) => (
              <Menu.Item
                key={definition.id}
                leftSection={<DefinitionIcon name={definition.icon} />}
                onClick={() => choose(definition, place)}
              >
                {definition.title}
              </Menu.Item>
            ))}
          </Fragment>
        ))}
      </ScrollArea.Autosize>
    </>
  );
}

function matches(definition: Definition, filter: string): boolean {
  const wanted = filter.trim().toLocaleLowerCase();
  return wanted === "" || `${definition.title} ${definition.id}`.toLocaleLowerCase().includes(wanted);
}
