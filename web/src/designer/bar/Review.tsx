/** What waits: changes made offline, changes that were not accepted, and conflicts without a choice. */
import "../panels/panels.css";

import { Button, Popover } from "@mantine/core";
import { useState } from "react";

import { sentence } from "../../shared/api";
import { useSelect } from "../../shared/store";
import { ConflictCard } from "../conflicts/ConflictCard";
import type { Conflict } from "../conflicts/conflicts";
import type { OwnEdit } from "../conflicts/journal";
import { editWords } from "../conflicts/words";
import { useConnection, useDesk } from "../desk";
import { RefusedValues } from "../panels/RefusedValues";
import type { Refusal } from "../panels/refusals";

/** More waiting changes than these are counted. */
const WAITING_SHOWN_MAX = 100;

export function Review({ isOffline }: { readonly isOffline: boolean }) {
  const { journal, refusals, conflicts } = useDesk().connection;
  const [isOpen, setOpen] = useState(false);
  const all = useSelect(journal.waiting, (list) => list);
  const waiting = isOffline ? all : [];
  const refused = useSelect(refusals.list, (list) => list);
  const open = useSelect(conflicts.list, (list) => list);
  const parts = [
    waiting.length > 0 ? `${waiting.length} waiting` : "",
    refused.length > 0 ? `${refused.length} not accepted` : "",
    open.length > 0 ? `${open.length} ${open.length === 1 ? "conflict" : "conflicts"}` : "",
  ].filter((part) => part !== "");
  if (parts.length === 0) return null;
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={420} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <button type="button" className="dr-review-button" data-refused={refused.length > 0 || undefined} onClick={() => setOpen(!isOpen)}>
          {parts.join(" · ")}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Changes to look at">
        <div className="dr-review">
          {waiting.length > 0 && <Waiting edits={waiting} />}
          {refused.length > 0 && <NotAccepted refusals={refused} />}
          {open.length > 0 && <Open conflicts={open} />}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function Waiting({ edits }: { readonly edits: readonly OwnEdit[] }) {
  const desk = useDesk();
  const isKept = useConnection((state) => state.isKept);
  const more = edits.length - WAITING_SHOWN_MAX;
  return (
    <section aria-label="Waiting changes">
      <h2>Offline: {edits.length} {edits.length === 1 ? "change waits" : "changes wait"}</h2>
      <p className="dr-hint">{isKept ? "They are kept in this browser, and sent when the connection is back." : "They are only in this window: keep it open until the connection is back."}</p>
      <ul>
        {edits.toReversed().slice(0, WAITING_SHOWN_MAX).map((edit) => (
          <li key={edit.key} className="dr-review-row">
            <span className="dr-ellipsis" dir="auto" title={editWords(edit, desk.registry)}>{editWords(edit, desk.registry)}</span>
            {desk.snapshot.node(edit.node) !== undefined && <Button variant="subtle" onClick={() => desk.select(edit.node)}>Show</Button>}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="dr-hint">and {more} more</p>}
    </section>
  );
}

function NotAccepted({ refusals }: { readonly refusals: readonly Refusal[] }) {
  const desk = useDesk();
  const list = desk.connection.refusals;
  return (
    <section aria-label="Not accepted">
      <h2>Not accepted <span className="dr-spring" /> <Button variant="subtle" onClick={() => list.dismissAll()}>Dismiss all</Button></h2>
      {refusals.toReversed().map((refusal) => (
        <div key={refusal.id} className="dr-review-refusal">
          <p>
            <span>{refusal.isOffline && "Made offline. "}{sentence(refusal.reason || refusal.code)}</span>
            <Button variant="subtle" onClick={() => list.dismiss(refusal.id)}>Dismiss</Button>
          </p>
          <RefusedValues refusal={refusal} />
        </div>
      ))}
    </section>
  );
}

function Open({ conflicts }: { readonly conflicts: readonly Conflict[] }) {
  return (
    <section aria-label="Conflicts">
      <h2>Two people at once</h2>
      {conflicts.map((conflict) => <ConflictCard key={conflict.id} conflict={conflict} />)}
    </section>
  );
}
