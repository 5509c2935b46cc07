/** Messages that have to be seen: a refused change, a lost text. They stay until dismissed. */
import { Button, CloseButton } from "@mantine/core";
import { CircleAlert, FileX2, Info, type LucideIcon } from "lucide-react";

import { nodeLabel } from "../../model/labels";
import { useConnection, useDesk } from "../desk";
import type { Notice } from "../state";

const ICONS: Readonly<Record<Notice["kind"], LucideIcon>> = { refused: CircleAlert, lost: FileX2, told: Info };

export function Notices() {
  const notices = useConnection((state) => state.notices);
  return (
    <div className="dr-notices" role="region" aria-label="Notifications" aria-live="polite">
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeCard({ notice }: { readonly notice: Notice }) {
  const desk = useDesk();
  const Icon = ICONS[notice.kind];
  const nodes = notice.nodes.flatMap((id) => desk.snapshot.node(id) ?? []).slice(0, 3);
  return (
    <div className="dr-notice" role="alert" data-kind={notice.kind}>
      <Icon size={16} aria-hidden />
      <div className="dr-notice-body">
        <strong>{notice.title}</strong>
        <p>{notice.text}</p>
        {notice.kind === "lost" && notice.details.map((text, index) => <pre key={index} dir="auto">{text}</pre>)}
        {notice.kind === "refused" && notice.details.length > 0 && <code>{notice.details.join(", ")}</code>}
        {nodes.map((node) => (
          <Button key={node.id} variant="subtle" onClick={() => desk.select(node.id)}>
            Show {nodeLabel(node, desk.registry)}
          </Button>
        ))}
      </div>
      <CloseButton size="sm" aria-label="Dismiss" onClick={() => desk.connection.dismiss(notice.id)} />
    </div>
  );
}
