/** The steps of a workflow as its view shows them: slots within steps, and the order of walking. */
import type { Registry } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { LiveNode } from "../../model/types";

/** Slots that a step has in any case; shown only where they hold something or are asked for. */
const HANDLERS: ReadonlySet<string> = new Set(["onError", "compensate"]);

export interface StepSlot {
  readonly slot: string;
  readonly title: string;
  readonly isHandler: boolean;
  readonly steps: readonly LiveNode[];
}

/** The slots of a step in the definition's order, what stands in undeclared ones too. */
export function slotsOfStep(snapshot: Snapshot, registry: Registry, step: LiveNode): readonly StepSlot[] {
  const declared = registry.openSlots(step);
  const others = snapshot.slots(step.id).filter((slot) => !declared.some((open) => open.slot === slot));
  return [...declared.map(({ slot, title }) => ({ slot, title })), ...others.map((slot) => ({ slot, title: slot }))].map(({ slot, title }) => ({
    slot,
    title,
    isHandler: HANDLERS.has(slot),
    steps: snapshot.children(step.id, slot),
  }));
}

export function stepCount(snapshot: Snapshot, workflow: string): number {
  return Math.max(snapshot.subtree(workflow).length - 1, 0);
}

/** The steps of a workflow in the order in which they are read: each before those in it. */
export function stepOrder(snapshot: Snapshot, registry: Registry, workflow: string): readonly string[] {
  const within = (step: LiveNode): readonly string[] => slotsOfStep(snapshot, registry, step).flatMap(({ steps }) => steps.flatMap(listed));
  const listed = (step: LiveNode): readonly string[] => [step.id, ...within(step)];
  return snapshot.children(workflow, "steps").flatMap(listed);
}
