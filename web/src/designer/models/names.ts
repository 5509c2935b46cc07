/** Names of data models and fields: what may be one, and which is free. */
import type { Snapshot } from "../../model/snapshot";
import { toText } from "../../model/value";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const LENGTH_MAX = 64;
/** The fields that every record has. */
export const SYSTEM_FIELDS = [
  ["id", "UUID", "Made with the record; never changes"],
  ["createdAt", "DateTime", "When the record was made"],
  ["updatedAt", "DateTime", "When it was changed last"],
  ["createdBy", "Text", "Who made it"],
] as const;

/** Whether expressions can call something by this name. */
export function isName(text: string): boolean {
  return NAME.test(text) && text.length <= LENGTH_MAX;
}

/** Why this cannot be the name of a sibling in that slot, in a sentence, or null. */
export function nameFault(snapshot: Snapshot, parent: string, slot: string, name: string, own: string | null): string | null {
  if (name === "") return "A name is needed.";
  if (!NAME.test(name)) return "Letters, digits and underscores; no digit in front.";
  if (name.length > LENGTH_MAX) return `At most ${LENGTH_MAX} characters.`;
  if (slot === "fields" && SYSTEM_FIELDS.some(([system]) => system === name)) return "Every record has this field already.";
  const isTaken = snapshot.children(parent, slot).some((node) => node.id !== own && toText(node.props.name) === name);
  return isTaken ? "This name exists." : null;
}

/** Typed words as a name: `Unit price` becomes `unitPrice`, or `UnitPrice` for a model. */
export function asName(text: string, isModel: boolean): string {
  const trimmed = text.trim();
  if (NAME.test(trimmed)) return trimmed;
  const plain = trimmed.normalize("NFKD").replace(/ß/gu, "ss").replace(/\p{M}+/gu, "");
  const words = plain.split(/[^A-Za-z0-9_]+/u).filter((word) => word !== "");
  const joined = words.map((word, index) => (index === 0 && !isModel ? lower(word) : word.charAt(0).toUpperCase() + word.slice(1))).join("");
  return /^\d/u.test(joined) ? `_${joined}` : joined;
}

// `SKU` stays, `Unit` becomes `unit`.
function lower(word: string): string {
  return /^[A-Z0-9]+$/u.test(word) ? word.toLowerCase() : word.charAt(0).toLowerCase() + word.slice(1);
}

export function freeName(snapshot: Snapshot, parent: string, slot: string, base: string): string {
  const taken = new Set(snapshot.children(parent, slot).map((node) => toText(node.props.name)));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}${number}`;
    if (!taken.has(name)) return name;
  }
}
