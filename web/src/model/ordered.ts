/** The order of siblings and of list entries: by their keys, and where those are equal by id. */
import { compareCodeUnits } from "./value";

export interface Ordered {
  readonly id: string;
  readonly order: string;
}

export function compareOrdered(a: Ordered, b: Ordered): number {
  return compareCodeUnits(a.order, b.order) || compareCodeUnits(a.id, b.id);
}
