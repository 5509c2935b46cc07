/** Above the canvas: which page, at which address, in which width. */
import { NativeSelect, SegmentedControl } from "@mantine/core";

import { nodeLabel } from "../../model/labels";
import { pagesOf } from "../../model/routes";
import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { useDesk, useSnapshot } from "../desk";
import type { CanvasWidth } from "./Canvas";

const WIDTHS = [
  { value: "fit", label: "Fit" },
  { value: "768", label: "768" },
  { value: "390", label: "390" },
];

interface PageBarProps {
  readonly page: LiveNode | null;
  readonly width: CanvasWidth;
  readonly onWidth: (width: CanvasWidth) => void;
}

export function PageBar({ page, width, onWidth }: PageBarProps) {
  const desk = useDesk();
  const pages = pagesOf(useSnapshot());
  if (page === null) return <div className="dr-page-bar" />;
  return (
    <div className="dr-page-bar">
      <NativeSelect
        aria-label="Page on the canvas"
        value={page.id}
        onChange={(event) => desk.select(event.currentTarget.value)}
        data={pages.map((other) => ({ value: other.id, label: nodeLabel(other, desk.registry) }))}
      />
      <code className="dr-path">{toText(page.props.path)}</code>
      <span className="dr-spring" />
      <SegmentedControl
        aria-label="Width of the canvas"
        size="xs"
        data={WIDTHS}
        value={width === null ? "fit" : String(width)}
        onChange={(value) => onWidth(value === "fit" ? null : Number(value))}
      />
    </div>
  );
}
