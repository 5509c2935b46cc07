/** Own edits, conflicts and refused values in words: "Moved Button “Save”", "Label of “Save”". */
import { nodeLabel, oneLine, typeTitle } from "../../model/labels";
import type { Registry } from "../../model/registry";
import { mergeOf, propertyTitle, words } from "../../model/schema";
import type { Snapshot } from "../../model/snapshot";
import { type Json, ROOT, type Schema } from "../../model/types";
import { isExpression, isObject, isReference, toText } from "../../model/value";
import type { OwnEdit } from "./journal";

/** Properties whose change is a new name. */
const NAMES: ReadonlySet<string> = new Set(["name", "title"]);

type Subject = Pick<OwnEdit, "node" | "label" | "type">;

/** What an edit did, as a sentence without its full stop. */
export function editWords(edit: Pick<OwnEdit, "kind" | "path" | "mine" | "before" | "isNew"> & Subject, registry: Registry): string {
  const subject = subjectWords(edit, registry);
  if (edit.kind === "place") {
    if (edit.isNew) return `Added ${subject}`;
    if (edit.mine === null || edit.mine === undefined) return `Deleted ${subject}`;
    return edit.before === null ? `Restored ${subject}` : `Moved ${subject}`;
  }
  if (edit.path.length === 1 && NAMES.has(edit.path[0] ?? "") && typeof edit.mine === "string") return `Renamed ${subject}`;
  const property = pathWords(edit.type, edit.path, registry);
  return `${edit.mine === undefined ? "Reset" : "Changed"} ${property} of ${subject}`;
}

/** Several edits in one line: the first, and how many more. */
export function summary(edits: readonly OwnEdit[], registry: Registry): string {
  const first = edits[0];
  if (first === undefined) return "";
  const words = editWords(first, registry);
  return edits.length === 1 ? words : `${words} and ${edits.length - 1} more`;
}

/** What a node is called in a sentence: its type, and its own words if it has any. */
export function subjectWords({ node, label, type }: Subject, registry: Registry): string {
  if (node === ROOT) return "the application";
  const title = typeTitle(type, registry);
  return label === "" || label === title ? title : `${title} “${label}”`;
}

/** A path within a node, by the titles of its schema; entries of lists have none. */
export function pathWords(type: string, path: readonly string[], registry: Registry): string {
  const titles: string[] = [];
  let schema: Schema | undefined = registry.byType(type)?.schema;
  let parent: Schema | undefined;
  for (const step of path) {
    if (mergeOf(parent) === "list") {
      parent = undefined;
      continue;
    }
    if (step === "expr" || step === "order") continue;
    const found: Schema | undefined = schema?.properties?.[step];
    titles.push(found === undefined ? words(step) : propertyTitle(step, found));
    parent = found;
    schema = mergeOf(found) === "list" ? found?.items : found;
  }
  return titles.join(" › ");
}

/** A value on one line; references by the name of what they lead to. */
export function valueWords(value: Json | undefined, snapshot: Snapshot, registry: Registry): string {
  if (value === undefined || value === null) return "nothing";
  if (value === true) return "on";
  if (value === false) return "off";
  if (value === "") return "empty";
  if (isExpression(value)) return `ƒ ${oneLine(value.expr)}`;
  if (isReference(value)) {
    const target = snapshot.node(value.ref);
    return target === undefined ? value.ref : nodeLabel(target, registry);
  }
  return isObject(value) || Array.isArray(value) ? oneLine(JSON.stringify(value)) : oneLine(toText(value));
}

/** A value with nothing left out, as many lines as it has. */
export function fullWords(value: Json | undefined, snapshot: Snapshot, registry: Registry): string {
  if (typeof value === "string" && value !== "") return value;
  if (isExpression(value)) return value.expr;
  if ((isObject(value) && !isReference(value)) || Array.isArray(value)) return JSON.stringify(value, null, 2);
  return valueWords(value, snapshot, registry);
}

/** A place in words: what the node stands in, or the Trash. */
export function placeWords(place: Json | undefined, snapshot: Snapshot, registry: Registry): string {
  if (!Array.isArray(place)) return "the Trash";
  const [parent, slot] = place;
  if (parent === ROOT) return words(toText(slot));
  const node = typeof parent === "string" ? snapshot.node(parent) : undefined;
  return node === undefined ? "something that is gone" : subjectWords({ node: node.id, label: nodeLabel(node, registry), type: node.type }, registry);
}

/** What is put on the clipboard: texts as they are, everything else as JSON. */
export function clipboardText(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (isExpression(value)) return value.expr;
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}
