/** Which text of a node is written on the canvas itself, and where on the page it is seen. */
import type { Registry } from "../../model/registry";
import { mergeOf, typesOf } from "../../model/schema";
import type { LiveNode } from "../../model/types";
import { isExpression } from "../../model/value";

/** The properties that a component shows as its words, best first. */
const SHOWN = ["text", "label", "title", "content"] as const;

export interface EditableText {
  readonly key: string;
  /** A shared text, in which people type together; else a register that the last writer sets. */
  readonly isShared: boolean;
  readonly isMultiline: boolean;
}

/** The property that is written in place, or null: those of an expression are written in the inspector. */
export function editableText(node: LiveNode, registry: Registry): EditableText | null {
  const properties = registry.byType(node.type)?.schema.properties ?? {};
  for (const key of SHOWN) {
    const schema = properties[key];
    if (schema === undefined || isExpression(node.props[key])) continue;
    const value = node.props[key];
    const isShared = mergeOf(schema) === "text";
    if (!isShared && !typesOf(schema).includes("string")) continue;
    if (value !== undefined && value !== null && typeof value !== "string") continue;
    return { key, isShared, isMultiline: isShared };
  }
  return null;
}

/** The words of a text as they are drawn within a node's own element, or null where they are not seen. */
export function wordsIn(root: HTMLElement, text: string): Text | null {
  const wanted = text.replace(/\s+/gu, " ").trim();
  if (wanted === "") return null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() !== null) {
    const words = walker.currentNode;
    if (!(words instanceof Text) || words.parentElement?.closest("[data-node]") !== root) continue;
    if (words.data.replace(/\s+/gu, " ").trim() === wanted) return words;
  }
  return null;
}
