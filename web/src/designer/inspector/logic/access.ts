/** Which roles' grants concern a node: what people in each may do with it. */
import { nodeLabel } from "../../../model/labels";
import { type Registry, typeName } from "../../../model/registry";
import type { Snapshot } from "../../../model/snapshot";
import { type Json, type JsonObject, type LiveNode, ROOT } from "../../../model/types";
import { isReference, listEntries, setMembers, toText } from "../../../model/value";

export interface Access {
  readonly role: LiveNode;
  readonly name: string;
  /** What the role may do, empty for nothing. */
  readonly verbs: readonly string[];
  /** Limits in words: which records, which fields. */
  readonly limits: readonly string[];
}

const MEMBER: Readonly<Record<string, "model" | "workflow" | "page">> = { DataModel: "model", Field: "model", Workflow: "workflow", Page: "page" };

/** One line for each role of the application, those without any grant here included. */
export function accessOf(node: LiveNode, snapshot: Snapshot, registry: Registry): readonly Access[] {
  const kind = typeName(node.type);
  const member = MEMBER[kind];
  if (member === undefined) return [];
  const field = kind === "Field" ? node : null;
  const target = field === null ? node : snapshot.node(node.place?.[0] ?? "");
  if (target === undefined) return [];
  return snapshot.children(ROOT, "roles").map((role) => {
    const grants = listEntries(role.props.grants).map(([, grant]) => grant).filter((grant) => concerns(grant[member], target));
    const open = field === null ? grants : grants.filter((grant) => reaches(grant, field));
    const verbs = [...new Set(open.flatMap((grant) => setMembers(grant.verbs)))];
    return { role, name: nodeLabel(role, registry), verbs, limits: [...new Set(open.flatMap((grant) => limitsOf(grant, field)))] };
  });
}

function concerns(value: Json | undefined, target: LiveNode): boolean {
  if (isReference(value)) return value.ref === target.id;
  const name = toText(value);
  return name === "*" || (name !== "" && name === target.props.name);
}

function reaches(grant: JsonObject, field: LiveNode): boolean {
  const only = listEntries(grant.fields);
  return only.length === 0 || only.some(([, entry]) => concerns(entry.value, field));
}

function limitsOf(grant: JsonObject, field: LiveNode | null): readonly string[] {
  const only = listEntries(grant.fields);
  const hidden = listEntries(grant.mask);
  const words: string[] = [];
  if (field === null && only.length > 0) words.push(`only ${only.length} ${only.length === 1 ? "field" : "fields"}`);
  if (field === null && hidden.length > 0) words.push(`${hidden.length} ${hidden.length === 1 ? "field" : "fields"} hidden`);
  if (field !== null && hidden.some(([, entry]) => concerns(entry.value, field))) words.push("hidden");
  if (grant.filter !== undefined && grant.filter !== null) words.push(`if ${toText(grant.filter)}`);
  return words;
}
