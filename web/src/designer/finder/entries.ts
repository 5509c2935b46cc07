/** Everything that the finder finds: commands, elements, what can be inserted, pages, and people. */
import { nodeLabel, typeTitle } from "../../model/labels";
import { typeName } from "../../model/registry";
import { pagesOf } from "../../model/routes";
import type { Snapshot } from "../../model/snapshot";
import { type Definition, type LiveNode, ROOT } from "../../model/types";
import { toText } from "../../model/value";
import { isMacPlatform, keyText } from "../commands/keys";
import { commandsOf } from "../commands/list";
import { sectionIcon } from "../DefinitionIcon";
import type { Desk } from "../desk";
import { insertDefinition, insertPlace } from "../palette/insert";
import { triggerWords } from "../workflows/words";
import { fuzzyScore } from "./fuzzy";

export type EntryKind = "Command" | "Insert" | "Page" | "Element" | "Person";

export interface Entry {
  /** Stays the same from visit to visit, so that what was used lately can be told. */
  readonly id: string;
  readonly kind: EntryKind;
  readonly title: string;
  /** Where it is or what it is, beside the title; it is searched too. */
  readonly detail: string;
  readonly keys: string | null;
  /** The name of an icon, or null for the kind's own. */
  readonly icon: string | null;
  readonly run: () => void;
}

export interface Found {
  readonly entry: Entry;
  readonly score: number;
}

/** What was used lately is worth so much more, the latest most. */
const RECENT_SCORE = 60;
/** Of two equal matches the rarer kind comes first: there are thousands of elements. */
const KIND_SCORE: Readonly<Record<EntryKind, number>> = { Command: 20, Page: 24, Insert: 16, Person: 12, Element: 0 };

/** All entries at this moment, commands first. */
export function entriesOf(desk: Desk): readonly Entry[] {
  return [...commandEntries(desk), ...pageEntries(desk), ...insertEntries(desk), ...personEntries(desk), ...nodeEntries(desk)];
}

/** The best matches, best first; without a query what was used lately, then the rest as it comes. */
export function search(entries: readonly Entry[], query: string, recent: readonly string[], max: number): readonly Entry[] {
  const found: Found[] = [];
  for (const entry of entries) {
    const score = entryScore(entry, query);
    if (score === null) continue;
    const age = recent.indexOf(entry.id);
    found.push({ entry, score: score + (age < 0 ? 0 : RECENT_SCORE - age) });
  }
  return found.toSorted((a, b) => b.score - a.score).slice(0, max).map(({ entry }) => entry);
}

function entryScore(entry: Entry, query: string): number | null {
  if (query.trim() === "") return 0;
  const title = fuzzyScore(query, entry.title);
  if (title !== null) return title + KIND_SCORE[entry.kind];
  const both = fuzzyScore(query, `${entry.title} ${entry.detail}`);
  // The detail says only where it is.
  return both === null ? null : both / 2 + KIND_SCORE[entry.kind];
}

function commandEntries(desk: Desk): readonly Entry[] {
  const isMac = isMacPlatform();
  return commandsOf(desk)
    .filter((command) => command.isListed && command.isEnabled(desk))
    .map((command) => ({
      id: `command:${command.id}`,
      kind: "Command" as const,
      title: command.title,
      detail: command.group,
      keys: command.keys[0] === undefined ? null : keyText(command.keys[0], isMac),
      icon: null,
      run: () => command.run(desk),
    }));
}

function pageEntries(desk: Desk): readonly Entry[] {
  return pagesOf(desk.snapshot).map((page) => ({
    id: `node:${page.id}`,
    kind: "Page" as const,
    title: nodeLabel(page, desk.registry),
    detail: toText(page.props.path),
    keys: null,
    icon: sectionIcon("pages"),
    run: () => desk.select(page.id),
  }));
}

function insertEntries(desk: Desk): readonly Entry[] {
  if (desk.isReadOnly) return [];
  return desk.registry.definitions
    .filter((definition) => insertPlace(desk, definition) !== null)
    .map((definition: Definition) => ({
      id: `insert:${definition.id}`,
      kind: "Insert" as const,
      title: definition.title,
      detail: definition.description ?? definition.kind,
      keys: null,
      icon: definition.icon ?? null,
      run: () => void insertDefinition(desk, definition),
    }));
}

function personEntries(desk: Desk): readonly Entry[] {
  return desk.connection.presence.people.get().flatMap((person) => {
    const at = person.selection.findLast((id) => desk.snapshot.node(id) !== undefined) ?? person.page;
    const node = at === null ? undefined : desk.snapshot.node(at);
    if (node === undefined) return [];
    return [{
      id: `person:${person.id}`,
      kind: "Person" as const,
      title: person.name,
      detail: `at ${nodeLabel(node, desk.registry, desk.snapshot)}`,
      keys: null,
      icon: "users",
      run: () => desk.select(node.id),
    }];
  });
}

/** What a root element is about, beside its type; empty where there is nothing to say. */
function about(root: LiveNode, snapshot: Snapshot): string {
  const title = toText(root.props.title);
  switch (typeName(root.type)) {
    case "DataModel": {
      const count = snapshot.children(root.id, "fields").length;
      const fields = count === 1 ? "1 field" : `${count} fields`;
      return title === "" || title === toText(root.props.name) ? fields : `${title} · ${fields}`;
    }
    case "Workflow":
      return triggerWords(root, snapshot);
    default:
      return title === toText(root.props.name) ? "" : title;
  }
}

function nodeEntries(desk: Desk): readonly Entry[] {
  const { snapshot, registry } = desk;
  const found: Entry[] = [];
  const visit = (node: LiveNode, root: string): void => {
    const type = typeTitle(node.type, registry);
    const label = nodeLabel(node, registry, snapshot);
    found.push({
      id: `node:${node.id}`,
      kind: "Element",
      title: label,
      detail: [label === type ? "" : type, root].filter((part) => part !== "").join(" · "),
      keys: null,
      icon: registry.byType(node.type)?.icon ?? null,
      run: () => desk.select(node.id),
    });
  };
  for (const slot of snapshot.slots(ROOT)) {
    for (const root of snapshot.children(ROOT, slot)) {
      const name = nodeLabel(root, registry, snapshot);
      for (const node of snapshot.subtree(root.id)) {
        if (slot !== "pages" || node.id !== root.id) visit(node, node.id === root.id ? about(root, snapshot) : name);
      }
    }
  }
  return found;
}
