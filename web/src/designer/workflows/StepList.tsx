/** The steps in one slot, in their order, each with the slots within it. */
import { useRef } from "react";

import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { useSlotDrop } from "../models/useRowDrag";
import { AddStep } from "./AddStep";
import { StepCard } from "./StepCard";
import type { StepView } from "./WorkflowView";

interface StepListProps {
  readonly parent: string;
  readonly slot: string;
  /** The name of the list: `Steps`, or `Then of check`. */
  readonly label: string;
  readonly steps: readonly LiveNode[];
  /** What an empty list says. */
  readonly hint: string;
  readonly view: StepView;
}

export function StepList({ parent, slot, label, steps, hint, view }: StepListProps) {
  const end = useRef<HTMLDivElement>(null);
  const isOver = useSlotDrop(end, parent, slot, steps.length);
  return (
    <div className="dw-list">
      <ol aria-label={label}>
        {steps.map((step, index) => (
          <li key={step.id} className="dw-step">
            <AddStep parent={parent} slot={slot} index={index} label={`Add a step before ${nameOf(step, index)}`} isWide={false} onAdded={view.onAdded} />
            <StepCard step={step} parent={parent} slot={slot} index={index} view={view} />
          </li>
        ))}
      </ol>
      <div ref={end} className="dw-end" data-over={isOver || undefined}>
        {steps.length === 0 && <span className="dr-hint">{hint}</span>}
        <AddStep parent={parent} slot={slot} index={steps.length} label={`Add a step to ${label}`} isWide onAdded={view.onAdded} />
      </div>
    </div>
  );
}

function nameOf(step: LiveNode, index: number): string {
  return toText(step.props.name) || `step ${index + 1}`;
}
