/** Messages beside the work: what was refused or lost stays until dismissed, the rest goes by itself. */
import "./panels.css";

import { Button, CloseButton } from "@mantine/core";
import { CircleAlert, FileX2, Info, type LucideIcon, RotateCcw, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";

import { nodeLabel } from "../../model/labels";
import { sentence } from "../../shared/api";
import { useSelect } from "../../shared/store";
import { restore } from "../commands/edits";
import { ConflictNotices } from "../conflicts/ConflictNotices";
import { useConnection, useDesk, useIsReadOnly, useSelection } from "../desk";
import type { Notice } from "../state";
import { CopyButton, RefusedValues } from "./RefusedValues";

const ICONS: Readonly<Record<Notice["kind"], LucideIcon>> = { refused: CircleAlert, lost: FileX2, told: Info, gone: Trash2 };

export function Notices() {
  const notices = useConnection((state) => state.notices);
  return (
    <div className="dr-notices" role="region" aria-label="Notifications">
      <ConflictNotices />
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeCard({ notice }: { readonly notice: Notice }) {
  const desk = useDesk();
  const hold = useLife(notice);
  const Icon = ICONS[notice.kind];
  const isUrgent = notice.kind === "refused" || notice.kind === "lost";
  return (
    <div className="dr-notice" role={isUrgent ? "alert" : "status"} data-kind={notice.kind} {...hold}>
      <Icon size={16} aria-hidden />
      <div className="dr-notice-body">
        <strong dir="auto">{notice.title}</strong>
        {notice.text !== "" && <p dir="auto">{isUrgent ? sentence(notice.text) : notice.text}</p>}
        <Details notice={notice} />
      </div>
      <CloseButton size="sm" aria-label="Dismiss" onClick={() => desk.connection.dismiss(notice.id)} />
    </div>
  );
}

function Details({ notice }: { readonly notice: Notice }) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const refusal = useSelect(desk.connection.refusals.list, (list) => list.find(({ id }) => id === notice.refusal));
  const selected = useSelection();
  // The field itself shows what was written, if it is open.
  const isAtField = refusal !== undefined && !refusal.isOffline && refusal.path.length > 0 && refusal.nodes.includes(selected);
  const nodes = notice.nodes.flatMap((id) => desk.snapshot.node(id) ?? []).slice(0, 3);
  const gone = notice.kind === "gone" ? nodes[0] : undefined;
  return (
    <>
      {notice.kind === "lost" && notice.details.map((text, index) => (
        <div key={index} className="dr-refused-value">
          <pre dir="auto">{text}</pre>
          <div className="dr-notice-actions"><CopyButton label="Copy what you wrote" text={text} /></div>
        </div>
      ))}
      {refusal !== undefined && !isAtField && <RefusedValues refusal={refusal} />}
      {notice.kind === "refused" && notice.details.length > 0 && <p><code>{notice.details.join(", ")}</code></p>}
      {nodes.length > 0 && (
        <div className="dr-notice-actions">
          {gone !== undefined && !isReadOnly && (
            <Button leftSection={<RotateCcw size={12} />} onClick={() => { restore(desk, gone.id); desk.connection.dismiss(notice.id); }}>Restore</Button>
          )}
          {gone === undefined && nodes.map((node) => (
            <Button key={node.id} variant="subtle" onClick={() => desk.select(node.id)}>Show {nodeLabel(node, desk.registry)}</Button>
          ))}
        </div>
      )}
    </>
  );
}

/** Takes the message away after its time, which rests while somebody reads or uses it. */
function useLife({ id, lifeMs }: Notice) {
  const { connection } = useDesk();
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (lifeMs === undefined || isHeld) return undefined;
    const timer = setTimeout(() => connection.dismiss(id), lifeMs);
    return () => clearTimeout(timer);
  }, [connection, id, lifeMs, isHeld]);
  return {
    onPointerEnter: () => setHeld(true),
    onPointerLeave: () => setHeld(false),
    onFocus: () => setHeld(true),
    onBlur: () => setHeld(false),
  };
}
