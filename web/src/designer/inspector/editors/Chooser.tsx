/** A list to choose from that can be searched, and a text with suggestions; both found by their label. */
import { Autocomplete, Select } from "@mantine/core";
import { useState } from "react";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

interface ChooserProps {
  readonly id: string;
  readonly value: string;
  readonly data: readonly Choice[];
  readonly placeholder?: string;
  readonly label?: string;
  readonly isClearable?: boolean;
  /** Undefined: nothing is chosen any more. */
  readonly onChange: (value: string | undefined) => void;
}

/** So many are searched rather than looked through. */
const SEARCH_MIN = 8;
/** More are not drawn at once; searching finds them. */
const SHOWN_MAX = 100;

export function Chooser({ id, value, data, placeholder, label, isClearable = true, onChange }: ChooserProps) {
  return (
    <Select
      id={id}
      className="dr-chooser"
      aria-label={label}
      value={value === "" ? null : value}
      data={[...data]}
      placeholder={placeholder}
      searchable={data.length >= SEARCH_MIN}
      clearable={isClearable}
      clearButtonProps={{ "aria-label": "Clear" }}
      allowDeselect={false}
      limit={SHOWN_MAX}
      maxDropdownHeight={280}
      nothingFoundMessage="Nothing found"
      comboboxProps={{ transitionProps: { duration: 80 } }}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

interface SuggestProps {
  readonly id: string;
  readonly value: string;
  readonly suggestions: readonly string[];
  readonly placeholder?: string | undefined;
  readonly label?: string;
  readonly isInvalid?: boolean;
  /** What was typed or chosen, when the field is left. */
  readonly onCommit: (text: string) => void;
}

export function Suggest({ id, value, suggestions, placeholder, label, isInvalid, onCommit }: SuggestProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (text: string): void => {
    setDraft(null);
    if (text.trim() !== value) onCommit(text.trim());
  };
  return (
    <Autocomplete
      id={id}
      className="dr-chooser"
      aria-label={label}
      value={draft ?? value}
      data={[...new Set(suggestions)]}
      placeholder={placeholder}
      error={isInvalid === true}
      limit={SHOWN_MAX}
      maxDropdownHeight={280}
      comboboxProps={{ transitionProps: { duration: 80 } }}
      onChange={setDraft}
      onOptionSubmit={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter" && draft !== null) commit(draft);
      }}
      onBlur={() => {
        if (draft !== null) commit(draft);
      }}
    />
  );
}
