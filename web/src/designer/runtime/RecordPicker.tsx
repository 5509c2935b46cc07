/** The record that a page such as `/orders/:id` is looked at with, and a quiet word when there is no data. */
import { Select, Tooltip } from "@mantine/core";
import { CloudOff } from "lucide-react";
import { useMemo, useState } from "react";

import type { ChoicesState } from "../../library/runtime";
import type { LiveNode } from "../../model/types";
import { type Readable, useSelect } from "../../shared/store";
import type { RecordParameter } from "./parameters";
import type { Running } from "./running";
import { usePreviewState, useRunning } from "./useRunning";
import "./runtime.css";

/** What a page's path says of a record that is not there yet. */
const NEW = "new";

export function RecordPicker({ page }: { readonly page: LiveNode }) {
  const running = useRunning();
  return (
    <>
      {running !== null && <KnownPicker key={page.id} running={running} page={page.id} />}
      <PreviewMark />
    </>
  );
}

function KnownPicker({ running, page }: { readonly running: Running; readonly page: string }) {
  const asked = useMemo(() => running.recordParameterOf(page), [running, page]);
  const parameter = useSelect<RecordParameter | null, RecordParameter | null>(asked, (value) => value);
  return parameter === null ? null : <Picker running={running} page={page} model={parameter.model} />;
}

interface PickerProps {
  readonly running: Running;
  readonly page: string;
  readonly model: string;
}

function Picker({ running, page, model }: PickerProps) {
  const [search, setSearch] = useState("");
  const [isOpen, setOpen] = useState(false);
  const record = useReadable(useMemo(() => running.recordOf(page), [running, page]));
  const first = useReadable(useMemo(() => running.player.references(model, ""), [running, model]));
  const asked = isOpen ? search : "";
  const found = useReadable<ChoicesState>(useMemo(() => running.player.references(model, asked), [running, model, asked]));
  // The chosen record keeps its name while others are looked for.
  const [names, setNames] = useState<Readonly<Record<string, string>>>({});
  const known = new Map([...first.choices, ...found.choices].map(({ value, label }) => [value, label]));
  const current = record ?? "";
  const label = current === NEW ? "A new record" : (known.get(current) ?? names[current] ?? current);
  const listed = [...found.choices.map(({ value, label: name }) => ({ value, label: name })), { value: NEW, label: "A new record" }];
  const data = listed.some(({ value }) => value === current) || current === "" ? listed : [{ value: current, label }, ...listed];
  return (
    <Select
      className="dr-record"
      size="xs"
      aria-label="Record on the page"
      leftSection={<span className="dr-record-word" aria-hidden>Record</span>}
      leftSectionWidth={60}
      placeholder={first.state === "ready" && first.choices.length === 0 ? "None yet" : ""}
      data={data}
      value={current === "" ? null : current}
      searchable
      searchValue={isOpen ? search : label}
      onSearchChange={(text) => isOpen && setSearch(text)}
      // The server has searched already, and by more than the names.
      filter={({ options }) => options}
      nothingFoundMessage={found.state === "pending" ? "Looking…" : "No record fits"}
      allowDeselect={false}
      comboboxProps={{ width: 260, position: "bottom-start" }}
      onDropdownOpen={() => {
        setSearch("");
        setOpen(true);
      }}
      onDropdownClose={() => setOpen(false)}
      onChange={(next) => {
        if (next === null) return;
        setNames((all) => ({ ...all, [next]: known.get(next) ?? next }));
        running.choose(page, next);
      }}
    />
  );
}

function PreviewMark() {
  if (usePreviewState() !== "down") return null;
  return (
    <Tooltip label="The preview cannot be reached: the canvas shows what it knew last, or structure alone.">
      <span className="dr-no-data" role="status">
        <CloudOff size={13} aria-hidden /> No live data
      </span>
    </Tooltip>
  );
}

function useReadable<T>(readable: Readable<T>): T {
  return useSelect(readable, (value) => value);
}
