/** The types of fields, found by typing and chosen by Enter. */
import { Check } from "lucide-react";
import { useId, useState } from "react";

import { FindInput } from "../FindInput";
import { FIELD_TYPES } from "./conversions";

const WORDS: Readonly<Record<string, string>> = {
  Text: "Words of any length", Integer: "A whole number", Decimal: "An exact number with places", Boolean: "Yes or no", Date: "A day",
  Time: "A time of day", DateTime: "A moment", Enum: "One of a list of values", Reference: "A record of another model",
  Email: "An e-mail address", Url: "A web address", UUID: "A unique id", Json: "Anything structured", File: "A file",
};

interface TypeChooserProps {
  readonly current: string;
  /** What was typed already. */
  readonly start: string;
  readonly onChoose: (type: string) => void;
}

export function TypeChooser({ current, start, onChoose }: TypeChooserProps) {
  const id = useId();
  const [filter, setFilter] = useState(start);
  const wanted = filter.trim().toLowerCase();
  const types = FIELD_TYPES.filter((type) => `${type} ${WORDS[type] ?? ""}`.toLowerCase().includes(wanted)).toSorted(
    (a, b) => Number(!a.toLowerCase().startsWith(wanted)) - Number(!b.toLowerCase().startsWith(wanted)),
  );
  const [moved, setMoved] = useState<number | null>(null);
  const at = Math.min(moved ?? (wanted === "" ? Math.max(types.findIndex((type) => type === current), 0) : 0), types.length - 1);
  const take = (): void => {
    const type = types[at];
    if (type !== undefined) onChoose(type);
  };
  return (
    <>
      <FindInput
        id={`${id}-list`}
        label="Find a type"
        placeholder="Find a type…"
        value={filter}
        count={types.length}
        active={at}
        onFind={(text) => {
          setFilter(text);
          setMoved(null);
        }}
        onMark={setMoved}
        onTake={take}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Types" className="dr-offers">
        {types.map((type, index) => (
          <div key={type} id={`${id}-list-${index}`} role="option" aria-selected={index === at} className="dr-offer dm-type" onMouseMove={() => setMoved(index)} onClick={() => onChoose(type)}>
            <span>{type}</span>
            <span className="dm-type-words">{WORDS[type]}</span>
            {type === current && <Check size={12} aria-label="now" />}
          </div>
        ))}
      </div>
      {types.length === 0 && <p className="dr-hint dr-offers-none">No type is called that.</p>}
    </>
  );
}
