/** The palette's groups: what the definitions call them, and the order in which people look for them. */
import type { Definition } from "../../model/types";
import { words } from "../../model/schema";
import { compareCodeUnits } from "../../model/value";
import { fuzzyScore } from "../finder/fuzzy";

export interface PaletteGroup {
  readonly title: string;
  readonly definitions: readonly Definition[];
}

/** The groups of the first library, and what they are called; others come behind these. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ["layout", "Layout"],
  ["text", "Text"],
  ["action", "Actions"],
  ["input", "Forms"],
  ["data", "Data"],
]);
const OTHER = "Other";

/** The components in their groups, each group by title; those that the query finds. */
export function paletteGroups(definitions: readonly Definition[], query: string): readonly PaletteGroup[] {
  const groups = new Map<string, Definition[]>();
  for (const definition of definitions) {
    if (definition.kind !== "component" || !isFound(query, definition.title, definition.id, definition.description)) continue;
    const title = titleOf(definition);
    groups.set(title, [...(groups.get(title) ?? []), definition]);
  }
  return [...groups]
    .toSorted(([a], [b]) => rank(a) - rank(b) || compareCodeUnits(a, b))
    .map(([title, members]) => ({ title, definitions: members.toSorted((a, b) => compareCodeUnits(a.title, b.title)) }));
}

/** Whether a query finds something by its title, its id, or a word of its description. */
export function isFound(query: string, title: string, id: string, description: string | undefined): boolean {
  if (query.trim() === "") return true;
  if (fuzzyScore(query, title) !== null || fuzzyScore(query, id) !== null) return true;
  const score = fuzzyScore(query, description ?? "");
  return score !== null && score >= 400;
}

/** The place of the title that a query means most; what was found by its description alone comes after all titles. */
export function bestFound(query: string, titles: readonly string[]): number {
  if (query.trim() === "") return 0;
  const scores = titles.map((title) => fuzzyScore(query, title) ?? -Infinity);
  return Math.max(scores.indexOf(Math.max(...scores)), 0);
}

function titleOf({ group }: Definition): string {
  return group === undefined || group === "" ? OTHER : (TITLES.get(group) ?? words(group));
}

function rank(title: string): number {
  const at = [...TITLES.values()].indexOf(title);
  if (title === OTHER) return TITLES.size + 1;
  return at < 0 ? TITLES.size : at;
}
