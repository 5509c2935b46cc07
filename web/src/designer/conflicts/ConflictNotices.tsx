/** Conflicts that no open field shows: moves, and values of what is not selected. */
import { Button } from "@mantine/core";
import { useState } from "react";

import { sameItems, useSelect } from "../../shared/store";
import { useDesk, useSelection } from "../desk";
import { ConflictCard } from "./ConflictCard";
import type { Conflict } from "./conflicts";

/** More than these at once are counted. */
const SHOWN_MAX = 2;

export function ConflictNotices() {
  const desk = useDesk();
  const selected = useSelection();
  const [isAll, setAll] = useState(false);
  const isRightOpen = useSelect(desk.isRightOpen, (isOpen) => isOpen);
  const elsewhere = useSelect(
    desk.connection.conflicts.list,
    (list) => list.filter(({ kind, node }) => kind === "place" || node !== selected || !isRightOpen),
    sameItems,
  );
  const shown = isAll ? elsewhere : elsewhere.slice(-SHOWN_MAX);
  const more = elsewhere.length - shown.length;
  return (
    <>
      {shown.map((conflict) => <Elsewhere key={conflict.id} conflict={conflict} />)}
      {more > 0 && <Button onClick={() => setAll(true)}>Show {more} more {more === 1 ? "conflict" : "conflicts"}</Button>}
    </>
  );
}

function Elsewhere({ conflict }: { readonly conflict: Conflict }) {
  const desk = useDesk();
  const show = (): void => {
    desk.select(conflict.node);
    desk.isRightOpen.set(true);
  };
  return (
    <div className="dr-notice dr-notice-conflict" role="status">
      <div className="dr-notice-body">
        <ConflictCard conflict={conflict}>
          {desk.snapshot.node(conflict.node) !== undefined && <Button variant="subtle" onClick={show}>Show</Button>}
        </ConflictCard>
      </div>
    </div>
  );
}
