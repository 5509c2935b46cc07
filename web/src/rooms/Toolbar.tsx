/** Search, order and form of the list of rooms. */
import { ActionIcon, CloseButton, NativeSelect, TextInput, Tooltip } from "@mantine/core";
import { LayoutGrid, Rows3, Search } from "lucide-react";
import type { RefObject } from "react";

import { SORTS, type Sort } from "./listing";

export type View = "cards" | "list";

interface ToolbarProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly view: View;
  readonly onView: (view: View) => void;
}

export function Toolbar({ field, search, onSearch, sort, onSort, view, onView }: ToolbarProps) {
  return (
    <div className="dr-room-tools">
      <TextInput
        ref={field}
        className="dr-room-search"
        aria-label="Search the rooms"
        placeholder="Search"
        value={search}
        leftSection={<Search size={14} aria-hidden />}
        rightSection={search === "" ? <kbd className="dr-key" aria-hidden>/</kbd> : <CloseButton size="xs" aria-label="Clear the search" onClick={() => onSearch("")} />}
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onSearch("");
        }}
      />
      <NativeSelect aria-label="Order of the rooms" value={sort} data={SORTS.map(({ value, label }) => ({ value, label }))} onChange={(event) => onSort(event.currentTarget.value as Sort)} />
      <div className="dr-view-toggle" role="group" aria-label="Form of the list">
        <ViewButton icon={LayoutGrid} label="Cards" isOn={view === "cards"} onClick={() => onView("cards")} />
        <ViewButton icon={Rows3} label="List" isOn={view === "list"} onClick={() => onView("list")} />
      </div>
    </div>
  );
}

interface ViewButtonProps {
  readonly icon: typeof Rows3;
  readonly label: string;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

function ViewButton({ icon: Icon, label, isOn, onClick }: ViewButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} aria-pressed={isOn} data-on={isOn} onClick={onClick}><Icon size={15} /></ActionIcon>
    </Tooltip>
  );
}
