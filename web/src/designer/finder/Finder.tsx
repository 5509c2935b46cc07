/** The finder: everything by name, from the keyboard. */
import "./finder.css";

import { Modal } from "@mantine/core";
import { CornerDownRight, type LucideIcon, Plus, SquareTerminal, User } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useMemo, useState } from "react";

import { DefinitionIcon } from "../DefinitionIcon";
import { useDesk } from "../desk";
import { entriesOf, type Entry, type EntryKind, search } from "./entries";
import { readRecent, remember } from "./recent";

/** More results than these nobody reads; another letter is quicker. */
const RESULTS_MAX = 50;

const ICONS: Readonly<Record<EntryKind, LucideIcon>> = {
  Command: SquareTerminal, Insert: Plus, Page: CornerDownRight, Element: CornerDownRight, Person: User,
};

export function Finder({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal.Root opened onClose={onClose} size={600} yOffset="12vh" centered={false} transitionProps={{ duration: 80 }}>
      <Modal.Overlay backgroundOpacity={0.25} />
      <Modal.Content aria-label="Find anything" radius="md">
        <Modal.Body p={0}><Search onClose={onClose} /></Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ onClose }: { readonly onClose: () => void }) {
  const desk = useDesk();
  const id = useId();
  const [query, setQuery] = useState("");
  const [wanted, setActive] = useState(0);
  // What there is when it opens: a list that others change while one reads it would be of no use.
  const [entries] = useState(() => entriesOf(desk));
  const [recent] = useState(() => readRecent(localStorage));
  const deferred = useDeferredValue(query);
  const results = useMemo(() => search(entries, deferred, recent, RESULTS_MAX), [entries, deferred, recent]);
  const active = Math.min(wanted, results.length - 1);
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [id, active]);
  const choose = (entry: Entry): void => {
    remember(localStorage, entry.id);
    onClose();
    // The dialog gives the focus back as it goes; a command may move it on only after that.
    requestAnimationFrame(() => requestAnimationFrame(entry.run));
  };
  const onKey = (event: KeyboardEvent): void => {
    const entry = results[active];
    if (event.key === "ArrowDown") setActive((active + 1) % Math.max(results.length, 1));
    else if (event.key === "ArrowUp") setActive((active - 1 + results.length) % Math.max(results.length, 1));
    else if (event.key === "Enter" && entry !== undefined) choose(entry);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        className="dr-finder-input"
        role="combobox"
        aria-label="Find anything"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        placeholder="Find commands, elements, pages, people…"
        data-autofocus
        autoFocus
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKey}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Results" className="dr-finder-list">
        {results.map((entry, index) => (
          <Result key={entry.id} id={`${id}-${index}`} entry={entry} isActive={index === active} onPoint={() => setActive(index)} onChoose={() => choose(entry)} />
        ))}
      </div>
      {results.length === 0 && <p className="dr-finder-none" role="status">Nothing is called that. Try fewer letters.</p>}
      <p className="dr-finder-foot" aria-hidden><kbd>↑</kbd><kbd>↓</kbd> choose <kbd>Enter</kbd> go <kbd>Esc</kbd> close</p>
    </>
  );
}

interface ResultProps {
  readonly id: string;
  readonly entry: Entry;
  readonly isActive: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}

function Result({ id, entry, isActive, onPoint, onChoose }: ResultProps) {
  const Icon = ICONS[entry.kind];
  return (
    <div id={id} role="option" aria-selected={isActive} className="dr-finder-result" onMouseMove={onPoint} onClick={onChoose}>
      {entry.icon === null ? <Icon size={14} strokeWidth={1.75} aria-hidden /> : <DefinitionIcon name={entry.icon} />}
      <span className="dr-finder-title" dir="auto">{entry.title}</span>
      <span className="dr-finder-detail" dir="auto">{entry.detail}</span>
      {entry.keys === null ? <span className="dr-finder-kind">{entry.kind}</span> : <kbd>{entry.keys}</kbd>}
    </div>
  );
}
