/** Ids of elements in the workflow's view, by which others lead to them. */

export function headId(step: string): string {
  return `step-${step}`;
}

/** Of the trigger's head. */
export function triggerId(workflow: string): string {
  return `trigger-${workflow}`;
}
