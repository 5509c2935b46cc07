/** Adds a step at one place of the list: found by typing, chosen by Enter. */
import { Popover } from "@mantine/core";
import { Plus } from "lucide-react";
import { useId, useState } from "react";

import type { Definition } from "../../model/types";
import { add } from "../commands/edits";
import { DefinitionIcon } from "../DefinitionIcon";
import { FindInput } from "../FindInput";
import { useDesk, useIsReadOnly } from "../desk";

interface AddStepProps {
  readonly parent: string;
  readonly slot: string;
  readonly index: number;
  /** Where in words: `after check`. */
  readonly label: string;
  /** A button with words at the end of a list; between two steps only a mark. */
  readonly isWide: boolean;
  readonly onAdded: (id: string) => void;
}

export function AddStep({ parent, slot, index, label, isWide, onAdded }: AddStepProps) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const [isOpen, setOpen] = useState(false);
  if (isReadOnly) return null;
  const owner = desk.snapshot.node(parent) ?? null;
  const choose = (definition: Definition): void => {
    setOpen(false);
    onAdded(add(desk, definition, { parent, slot, index }));
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={300} trapFocus returnFocus shadow="md" transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <button type="button" className={isWide ? "dr-add-row dw-add" : "dw-between"} data-open={isOpen || undefined} aria-label={label} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Plus size={12} aria-hidden />{isWide && " Add step"}
        </button>
      </Popover.Target>
      <Popover.Dropdown p={4} aria-label="Add a step">
        {isOpen && <Chooser steps={desk.registry.openSlots(owner).find((open) => open.slot === slot)?.accepts ?? []} onChoose={choose} />}
      </Popover.Dropdown>
    </Popover>
  );
}

interface ChooserProps {
  readonly steps: readonly Definition[];
  readonly onChoose: (definition: Definition) => void;
}

function Chooser({ steps, onChoose }: ChooserProps) {
  const id = useId();
  const [filter, setFilter] = useState("");
  const [wantedAt, setAt] = useState(0);
  const wanted = filter.trim().toLocaleLowerCase();
  const found = steps
    .filter(({ title, id: name, description }) => `${title} ${name} ${description ?? ""}`.toLocaleLowerCase().includes(wanted))
    .toSorted((a, b) => Number(!a.title.toLocaleLowerCase().startsWith(wanted)) - Number(!b.title.toLocaleLowerCase().startsWith(wanted)));
  const at = Math.min(wantedAt, found.length - 1);
  const take = (): void => {
    const definition = found[at];
    if (definition !== undefined) onChoose(definition);
  };
  return (
    <>
      <FindInput
        id={`${id}-list`}
        label="Find a step"
        placeholder="Find a step…"
        value={filter}
        count={found.length}
        active={at}
        onFind={(text) => {
          setFilter(text);
          setAt(0);
        }}
        onMark={setAt}
        onTake={take}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Steps" className="dr-offers">
        {found.map((definition, index) => (
          <div key={definition.id} id={`${id}-list-${index}`} role="option" aria-selected={index === at} className="dr-offer dw-offer" onMouseMove={() => setAt(index)} onClick={() => onChoose(definition)}>
            <DefinitionIcon name={definition.icon} />
            <span className="dw-offer-text">
              <span>{definition.title}</span>
              <span className="dw-offer-words">{definition.description}</span>
            </span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="dr-hint dr-offers-none">No step is called that.</p>}
    </>
  );
}
