/** The nodes that a reference may name: looked up where the definition's `x-ref` says. */
import { ownWords } from "./labels";
import { typeName } from "./registry";
import type { ReferenceRule } from "./schema";
import type { Snapshot } from "./snapshot";
import type { Json, LiveNode } from "./types";
import { isObject, isReference } from "./value";

export interface Candidate {
  readonly id: string;
  readonly name: string;
}

/** The targets in question, in the model's order; `within` limits them to one parent. */
export function candidates(
  rule: ReferenceRule,
  owner: LiveNode,
  beside: Json | undefined,
  snapshot: Snapshot,
): readonly Candidate[] {
  const parent = rule.within === null ? null : parentOf(rule.within, owner, beside, snapshot);
  return [...snapshot.nodes.values()]
    .filter((node) => typeName(node.type) === rule.to && node.place !== null)
    .filter((node) => parent === null || parent === undefined || snapshot.path(node.id).some((step) => step.id === parent))
    .filter((node) => snapshot.isLive(node.id))
    .map((node) => ({ id: node.id, name: ownWords(node) ?? node.id, order: node.place?.[2] ?? "" }))
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
    .map(({ id, name }) => ({ id, name }));
}

// `..` is the owner's parent, `/a/b` a reference in the owner's props, `a` one beside the value,
// `page` the owner's page. Undefined: it cannot be told, so the names are not limited.
function parentOf(within: string, owner: LiveNode, beside: Json | undefined, snapshot: Snapshot): string | undefined {
  if (within === "..") return owner.place?.[0];
  if (within === "page") return snapshot.path(owner.id).find((node) => typeName(node.type) === "Page")?.id;
  const isFromProps = within.startsWith("/");
  let value: Json | undefined = isFromProps ? owner.props : beside;
  for (const key of within.split("/").filter((part) => part !== "")) {
    value = isObject(value) ? value[key] : undefined;
  }
  return isReference(value) ? value.ref : undefined;
}
