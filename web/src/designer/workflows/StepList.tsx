/** The steps in one slot, in their order, each with the slots within it; drawn where they are near to what is seen. */
import { useRef } from "react";

import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { useNear } from "../lists/nearness";
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
        {steps.map((step, index) => <Step key={step.id} parent={parent} slot={slot} step={step} index={index} view={view} />)}
      </ol>
      <div ref={end} className="dw-end" data-over={isOver || undefined}>
        {steps.length === 0 && <span className="dr-hint">{hint}</span>}
        <AddStep parent={parent} slot={slot} index={steps.length} label={`Add a step to ${label}`} isWide onAdded={view.onAdded} />
      </div>
    </div>
  );
}

interface StepProps extends Pick<StepListProps, "parent" | "slot" | "view"> {
  readonly step: LiveNode;
  readonly index: number;
}

function Step({ parent, slot, step, index, view }: StepProps) {
  const item = useRef<HTMLLIElement>(null);
  const { isNear, height } = useNear(view.nearness, item, index < FIRST, view.kept.has(step.id));
  return (
    <li ref={item} className="dw-step" style={isNear ? undefined : { height: height ?? HEIGHT }}>
      {isNear && (
        <>
          <AddStep parent={parent} slot={slot} index={index} label={`Add a step before ${nameOf(step, index)}`} isWide={false} onAdded={view.onAdded} />
          <StepCard step={step} parent={parent} slot={slot} index={index} view={view} />
        </>
      )}
    </li>
  );
}

/** As many are drawn before anybody knows which are near. */
const FIRST = 12;
/** Of a step that was not drawn yet, in pixels. */
const HEIGHT = 62;

function nameOf(step: LiveNode, index: number): string {
  return toText(step.props.name) || `step ${index + 1}`;
}
