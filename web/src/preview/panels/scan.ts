/** Expressions of pages that cannot be read, whether or not anybody has looked at them yet. */
import { analyse } from "../../expressions";
import type { Snapshot } from "../../model/snapshot";
import { type Json, ROOT } from "../../model/types";
import { isExpression } from "../../model/value";
import type { Problem } from "../core/problems";

const PROBLEMS_MAX = 200;

export function brokenExpressions(snapshot: Snapshot): readonly Problem[] {
  const found: Problem[] = [];
  for (const page of snapshot.children(ROOT, "pages")) {
    for (const { id, props } of snapshot.subtree(page.id)) collect(id, props, [], found);
  }
  return found.slice(0, PROBLEMS_MAX);
}

function collect(node: string, value: Json, path: readonly string[], found: Problem[]): void {
  if (typeof value !== "object" || value === null) return;
  if (!isExpression(value)) {
    for (const [key, part] of Object.entries(value)) collect(node, part as Json, [...path, key], found);
    return;
  }
  const outcome = analyse(value.expr);
  if (!outcome.ok) found.push({ node, path, error: outcome.error });
}
