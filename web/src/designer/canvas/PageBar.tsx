/** Above the canvas: which page, at which address, in which width, how large. */
import { ActionIcon, NativeSelect, SegmentedControl, Tooltip, UnstyledButton } from "@mantine/core";
import { Minus, Plus, Scan } from "lucide-react";

import { nodeLabel } from "../../model/labels";
import { pagesOf } from "../../model/routes";
import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { sameItems, type Store, useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { RecordPicker } from "../runtime/RecordPicker";
import type { DropState } from "./drops";
import { PageTargets } from "./PageTargets";
import type { ViewControls } from "./view";
import { ZOOM_MAX, ZOOM_MIN } from "./zoom";

const WIDTHS = [
  { value: "fit", label: "Fit", title: "As wide as the panel, and never narrower than a desktop’s page" },
  { value: "1280", label: "1280", title: "Desktop" },
  { value: "768", label: "768", title: "Tablet" },
  { value: "390", label: "390", title: "Phone" },
];

interface PageBarProps {
  readonly page: LiveNode | null;
  readonly view: ViewControls;
  readonly drops: Store<DropState>;
}

export function PageBar({ page, view, drops }: PageBarProps) {
  const desk = useDesk();
  const pages = useSelect(desk.connection.model.snapshots, pagesOf, sameItems);
  const dragged = useSelect(drops, ({ data }) => data);
  const hasTargets = dragged !== null && pages.length > 1;
  if (page === null) return <div className="dr-page-bar" />;
  return (
    <div className="dr-page-bar">
      {hasTargets ? (
        <PageTargets pages={pages} current={page.id} data={dragged} />
      ) : (
        <>
          <NativeSelect
            aria-label="Page on the canvas"
            value={page.id}
            onChange={(event) => desk.select(event.currentTarget.value)}
            data={pages.map((other) => ({ value: other.id, label: nodeLabel(other, desk.registry) }))}
          />
          <code className="dr-path dr-ellipsis" title={toText(page.props.path)}>{toText(page.props.path)}</code>
          <RecordPicker page={page} />
        </>
      )}
      <span className="dr-spring" />
      {!hasTargets && (
        <SegmentedControl
          aria-label="Width of the canvas"
          size="xs"
          data={WIDTHS.map(({ value, label, title }) => ({ value, label: <span title={title}>{label}</span> }))}
          value={view.width === null ? "fit" : String(view.width)}
          onChange={(value) => view.setWidth(value === "fit" ? null : Number(value))}
        />
      )}
      <Zoom view={view} />
    </div>
  );
}

function Zoom({ view }: { readonly view: ViewControls }) {
  return (
    <div className="dr-zoom" role="group" aria-label="Zoom">
      <Tooltip label="Zoom out (Ctrl −)">
        <ActionIcon aria-label="Zoom out" disabled={view.zoom <= ZOOM_MIN} onClick={() => view.stepZoom(-1)}><Minus size={14} /></ActionIcon>
      </Tooltip>
      <Tooltip label="Back to 100 % (Ctrl 0)">
        <UnstyledButton className="dr-zoom-value" aria-label={`Zoom ${Math.round(view.zoom * 100)} %, back to 100 %`} onClick={() => view.setZoom(1)}>
          {Math.round(view.zoom * 100)} %
        </UnstyledButton>
      </Tooltip>
      <Tooltip label="Zoom in (Ctrl +)">
        <ActionIcon aria-label="Zoom in" disabled={view.zoom >= ZOOM_MAX} onClick={() => view.stepZoom(1)}><Plus size={14} /></ActionIcon>
      </Tooltip>
      <Tooltip label="Zoom until the page fits">
        <ActionIcon aria-label="Zoom to fit" onClick={view.fit}><Scan size={14} /></ActionIcon>
      </Tooltip>
    </div>
  );
}
