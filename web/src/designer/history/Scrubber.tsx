/** The slider over all revisions: arrows go one by one, Page Up and Page Down by many. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { ChevronLeft, ChevronRight } from "lucide-react";

import { useSelect } from "../../shared/store";
import { groupDigits } from "../bar/digits";
import { useConnection } from "../desk";
import type { History } from "./history";
import { clock, spotOf, spotText } from "./timeline";

export function Scrubber({ history }: { readonly history: History }) {
  const past = useSelect(history.past, (value) => value);
  const timeline = useSelect(history.reading, (reading) => reading.timeline);
  const revision = useConnection((state) => state.revision);
  const head = Math.max(revision ?? 0, timeline?.head ?? 0);
  const start = timeline?.start ?? 0;
  const value = past?.revision ?? head;
  const now = Date.now();
  const spot = past === null ? spotOf(timeline?.groups ?? [], head) : past.spot;
  const text = past === null ? `Now, revision ${groupDigits(head)}` : spotText(value, spot, now);
  const go = (next: number, isSettled: boolean): void => {
    if (next >= head) history.leave();
    else history.show(Math.max(start, next), isSettled);
  };
  return (
    <div className="dr-scrubber">
      <Step label="Earlier revision" isDisabled={value <= start} onStep={() => go(value - 1, true)}><ChevronLeft size={14} aria-hidden /></Step>
      <input
        type="range"
        className="dr-scrubber-range"
        aria-label="Revision"
        aria-valuetext={text}
        min={start}
        max={head}
        step={1}
        value={value}
        disabled={head === start}
        onChange={(event) => go(Number(event.currentTarget.value), false)}
      />
      <Step label="Later revision" isDisabled={value >= head} onStep={() => go(value + 1, true)}><ChevronRight size={14} aria-hidden /></Step>
      <output className="dr-scrubber-text">
        <span className="dr-number">{past === null ? "Now" : `r${groupDigits(value)}`}</span>
        {past !== null && spot !== null && <span className="dr-muted dr-ellipsis">{clock(spot.entry.time, now)}</span>}
      </output>
    </div>
  );
}

interface StepProps {
  readonly label: string;
  readonly isDisabled: boolean;
  readonly onStep: () => void;
  readonly children: React.ReactNode;
}

function Step({ label, isDisabled, onStep, children }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" size="sm" color="gray" aria-label={label} disabled={isDisabled} onClick={onStep}>{children}</ActionIcon>
    </Tooltip>
  );
}
