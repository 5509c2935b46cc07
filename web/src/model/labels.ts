/** What a node is called in trees, menus and messages. */
import { typeName, type Registry } from "./registry";
import { words } from "./schema";
import type { Snapshot } from "./snapshot";
import type { Json, LiveNode } from "./types";
import { isExpression, isReference, listEntries, setMembers, toText } from "./value";

/** The properties that name a node, best first. */
const NAMING = ["name", "title", "label", "text", "content"] as const;
const LENGTH_MAX = 80;

/** The node's own words, shortened to a line; its definition's title where it has none. */
export function nodeLabel(node: LiveNode, registry: Registry, snapshot?: Snapshot): string {
  return ownWords(node) ?? indexLabel(node, snapshot) ?? typeTitle(node.type, registry);
}

/** The node's own words, or null. */
export function ownWords(node: LiveNode): string | null {
  for (const key of NAMING) {
    const value = node.props[key];
    if (typeof value !== "string") continue;
    const line = oneLine(typeName(node.type) === "Markdown" ? withoutMarks(value) : value);
    if (line !== "") return line;
  }
  return null;
}

export function typeTitle(type: string, registry: Registry): string {
  return registry.byType(type)?.title ?? words(typeName(type));
}

/** One line of at most `LENGTH_MAX` characters; a character of two code units is never halved. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  const characters = Array.from(line);
  return characters.length <= LENGTH_MAX ? line : `${characters.slice(0, LENGTH_MAX - 1).join("")}…`;
}

// The first words of a prose are read better without its marks.
function withoutMarks(markdown: string): string {
  return markdown.replace(/^[#>\s*-]+/u, "").replace(/\*\*|__|`/gu, "");
}

// An index has no name of its own; the fields it covers say what it is.
function indexLabel(node: LiveNode, snapshot: Snapshot | undefined): string | null {
  if (typeName(node.type) !== "Index" || snapshot === undefined) return null;
  const fields = node.props.fields;
  const names = setMembers(fields).length > 0
    ? setMembers(fields)
    : listEntries(fields).map(([, entry]) => referenceName(entry.value ?? entry.field, snapshot));
  return names.length === 0 ? null : oneLine(names.join(", "));
}

/** The name behind a reference; the text itself for plain values. */
export function referenceName(value: Json | undefined, snapshot: Snapshot): string {
  if (isReference(value)) {
    const target = snapshot.node(value.ref);
    return target === undefined ? "missing" : (ownWords(target) ?? value.ref);
  }
  return isExpression(value) ? value.expr : toText(value);
}
