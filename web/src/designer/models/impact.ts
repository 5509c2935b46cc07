/**
 * What a destructive change has an effect on, said before it is done.
 *
 * What happens to stored data is that of docs/preview-data.md.
 */
import type { PropPath } from "../../model/editor";
import { nodeLabel, ownWords, typeTitle } from "../../model/labels";
import { typeName, type Registry } from "../../model/registry";
import { propertyTitle } from "../../model/schema";
import type { Snapshot } from "../../model/snapshot";
import type { Json, LiveNode, Schema } from "../../model/types";
import { isObject, isReference, listEntries, toText } from "../../model/value";
import { isLossless } from "./conversions";
import { sourceAt } from "./rename";
import { fieldSubject, inverseSubject, modelSubject, type Subject, subjectsIn, valueSubject, variableSubject } from "./subjects";
import { type Use, usesOf } from "./uses";

export type Change =
  | { readonly kind: "removeModel"; readonly model: string }
  | { readonly kind: "removeFields"; readonly fields: readonly string[] }
  | { readonly kind: "removeNodes"; readonly nodes: readonly string[] }
  | { readonly kind: "changeType"; readonly field: string; readonly to: string }
  | { readonly kind: "require"; readonly field: string }
  | { readonly kind: "makeUnique"; readonly field: string }
  | { readonly kind: "removeValue"; readonly field: string; readonly value: string }
  | { readonly kind: "retarget"; readonly field: string; readonly to: string }
  /** The list that a reference makes on the other side. */
  | { readonly kind: "removeInverse"; readonly field: string }
  /** Of the page or workflow that the node is, or stands in. */
  | { readonly kind: "removeVariable"; readonly node: string; readonly name: string };

export interface Impact {
  readonly node: string;
  /** The page, workflow or other root element that it belongs to. */
  readonly area: string;
  readonly title: string;
  /** Which property, in words. */
  readonly place: string;
  /** The expression or text that names it; empty for references. */
  readonly source: string;
  readonly isByName: boolean;
}

/** Everything that uses what the change is about; one entry a place. */
export function impactOf(snapshot: Snapshot, registry: Registry, change: Change): readonly Impact[] {
  if (change.kind === "makeUnique") return [];
  if (change.kind === "require") return creatorsOf(snapshot, registry, change.field);
  if (change.kind === "removeNodes") return [...referrersOf(snapshot, registry, change.nodes), ...namedUses(snapshot, registry, subjectsIn(snapshot, change.nodes), change.nodes)];
  if (change.kind === "removeVariable") return variableUses(snapshot, registry, change.node, change.name);
  const owners = change.kind === "removeModel" ? [change.model] : change.kind === "removeFields" ? change.fields : [change.field];
  return namedUses(snapshot, registry, subjectsOf(snapshot, change), owners);
}

/** One entry for each place that uses one of the subjects from outside the owners. */
function namedUses(snapshot: Snapshot, registry: Registry, subjects: readonly Subject[], owners: readonly string[]): readonly Impact[] {
  const places = new Map<string, Use>();
  for (const use of subjects.flatMap((subject) => usesOf(snapshot, subject))) {
    // What goes with the model is no use of it; a field's own properties are what is being changed.
    if (owners.some((owner) => isWithin(snapshot, use.node, owner))) continue;
    const key = JSON.stringify([use.node, use.path]);
    const known = places.get(key);
    if (known === undefined || (!known.isCertain && use.isCertain)) places.set(key, use);
  }
  const impacts = [...places.values()].flatMap((use) => describe(snapshot, registry, use.node, use.path, !use.isCertain));
  return impacts.toSorted((a, b) => Number(a.isByName) - Number(b.isByName));
}

/** Who reads or sets a variable; none while another step gives it a value too. */
function variableUses(snapshot: Snapshot, registry: Registry, node: string, name: string): readonly Impact[] {
  const isGiven = (use: Use): boolean => use.how === "key";
  const uses = usesOf(snapshot, variableSubject(snapshot, node, name));
  if (uses.some((use) => isGiven(use) && use.node !== node)) return [];
  return uses.filter((use) => !isGiven(use)).flatMap((use) => describe(snapshot, registry, use.node, use.path, !use.isCertain));
}

/** Deleting a model deletes its fields: whoever uses one of them is told of, too. */
function subjectsOf(snapshot: Snapshot, change: Exclude<Change, { kind: "require" | "makeUnique" | "removeNodes" | "removeVariable" }>): readonly Subject[] {
  if (change.kind === "removeModel") {
    const model = snapshot.node(change.model);
    return model === undefined ? [] : [modelSubject(model), ...snapshot.children(model.id, "fields").flatMap(fieldSubjects)];
  }
  if (change.kind === "removeFields") return change.fields.flatMap((id) => fieldSubjects(snapshot.node(id)));
  const field = snapshot.node(change.field);
  if (field === undefined) return [];
  if (change.kind === "removeInverse") return [inverseSubject(field)].flatMap((subject) => subject ?? []);
  return change.kind === "removeValue" ? [valueSubject(field, change.value)] : fieldSubjects(field);
}

/** A field, and the list that it makes on the other side. */
function fieldSubjects(field: LiveNode | undefined): readonly Subject[] {
  if (field === undefined) return [];
  const inverse = inverseSubject(field);
  return inverse === null ? [fieldSubject(field)] : [fieldSubject(field), inverse];
}

function isWithin(snapshot: Snapshot, node: string, owner: string): boolean {
  return snapshot.path(node).some((step) => step.id === owner);
}

/** Who refers to one of these nodes, or to what is in them, from outside. */
function referrersOf(snapshot: Snapshot, registry: Registry, ids: readonly string[]): readonly Impact[] {
  const gone = new Set(ids.flatMap((id) => snapshot.subtree(id).map((node) => node.id)));
  return [...snapshot.nodes.values()]
    .filter((node) => !gone.has(node.id) && snapshot.isLive(node.id))
    .flatMap((node) => referencePaths(node.props, gone).flatMap((path) => describe(snapshot, registry, node.id, path, false)));
}

function referencePaths(value: Json | undefined, targets: ReadonlySet<string>): readonly PropPath[] {
  if (isReference(value)) return targets.has(value.ref) ? [[]] : [];
  const members = Array.isArray(value) ? [...(value as readonly Json[]).entries()] : isObject(value) ? Object.entries(value) : [];
  return members.flatMap(([key, member]) => referencePaths(member, targets).map((path) => [String(key), ...path]));
}

/** Who creates records and gives this field no value. */
function creatorsOf(snapshot: Snapshot, registry: Registry, id: string): readonly Impact[] {
  const field = snapshot.node(id);
  const model = field?.place?.[0];
  if (field === undefined || model === undefined || field.props.default !== undefined || field.props.type === "UUID") return [];
  return usesOf(snapshot, { kind: "model", id: model, name: "" }).flatMap((use) => {
    const node = snapshot.node(use.node);
    if (node === undefined || use.how !== "reference" || use.path.at(-1) !== "model") return [];
    const beside = use.path.slice(0, -1).reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), node.props);
    if (!isObject(beside)) return [];
    const isCreating = typeName(node.type) === "createRecord" || beside.action === "createRecord";
    const isGiven = isObject(beside.values) && toText(field.props.name) in beside.values;
    return isCreating && !isGiven ? describe(snapshot, registry, node.id, use.path, false) : [];
  });
}

function describe(snapshot: Snapshot, registry: Registry, id: string, path: PropPath, isByName: boolean): readonly Impact[] {
  const node = snapshot.node(id);
  if (node === undefined) return [];
  const way = snapshot.path(id);
  const [root] = way;
  const words = ownWords(node);
  const type = typeTitle(node.type, registry);
  const label = nodeLabel(node, registry, snapshot);
  const isRoot = root === undefined || root.id === node.id;
  return [
    {
      node: id,
      area: root === undefined ? "" : `${typeTitle(root.type, registry)} ${nodeLabel(root, registry, snapshot)}`,
      title: isRoot ? type : words === null && label === type ? type : `${type} ${label}`,
      place: placeWords(registry.byType(node.type)?.schema, node.props, path),
      source: sourceAt(snapshot, id, path) ?? "",
      isByName,
    },
  ];
}

/** Where in a node's properties, in words: `Columns 2 › Field`. */
export function placeWords(schema: Schema | undefined, props: Json, path: PropPath): string {
  const words: string[] = [];
  let value: Json | undefined = props;
  let current: Schema | undefined = schema;
  for (const key of path) {
    const position = current?.["x-merge"] === "list" ? listEntries(value).findIndex(([id]) => id === key) + 1 : /^\d+$/u.test(key) ? Number(key) + 1 : 0;
    if (position > 0) {
      words.push(`${words.pop() ?? ""} ${position}`.trim());
      current = current?.items;
    } else if (key !== "value" || current?.properties !== undefined || current?.type === "object") {
      const next: Schema | undefined = current?.properties?.[key] ?? (typeof current?.additionalProperties === "object" ? current.additionalProperties : undefined);
      words.push(current?.properties?.[key] === undefined ? key : propertyTitle(key, next));
      current = next;
    }
    value = isObject(value) ? value[key] : undefined;
  }
  return words.join(" › ");
}

/** What happens to the records that are there, in a sentence. */
export function dataEffect(snapshot: Snapshot, change: Change, records: number | null): string {
  if (change.kind === "removeNodes") return "No data is touched. Restore it from the Trash and what uses it works again.";
  if (change.kind === "removeVariable" || change.kind === "removeInverse") return "No data is touched. What names it has no value until it is there again.";
  if (records === 0) return "The preview has no records of it yet, so no data is touched.";
  const all = records === null ? "the records" : records === 1 ? "1 record" : `${records.toLocaleString("en")} records`;
  switch (change.kind) {
    case "removeModel":
      return `${upper(all)} in the preview are hidden. Restore the model from the Trash and they are back.`;
    case "removeFields":
      return change.fields.length > 1
        ? `Their values in ${all} of the preview are hidden. Restore the fields from the Trash and they are back.`
        : `Its values in ${all} of the preview are hidden. Restore the field from the Trash and they are back.`;
    case "changeType":
      return typeEffect(toText(snapshot.node(change.field)?.props.type), change.to, all);
    case "require":
      return `Of ${all} in the preview, those without a value stay as they are and are shown as a problem; new ones are refused without it.`;
    case "makeUnique":
      return `Duplicates among ${all} in the preview stay, and you are told which; new duplicates are refused.`;
    case "removeValue":
      return `Records in the preview that have “${change.value}” become empty there; the originals are kept until you confirm in its data panel.`;
    case "retarget":
      return `What ${all} in the preview refer to is of another model, so these references become empty; the originals are kept beside.`;
  }
}

function typeEffect(from: string, to: string, all: string): string {
  if (from === "" || isLossless(from, to)) return `The values of ${all} in the preview are converted; all of them fit.`;
  const what = from === "Text" && (to === "Integer" || to === "Decimal") ? "Text that is no number becomes empty" : `Values that are no ${to} become empty or are rounded`;
  return `${what}, in ${all} of the preview. The originals are kept beside: change the type back and they are there again.`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
