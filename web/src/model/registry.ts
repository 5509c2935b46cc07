/** The definitions of one room: looked up by a node's type, and asked what a slot accepts. */
import { ROOT, type Definition, type LiveNode, type SlotDefinition } from "./types";
import { words } from "./schema";
import { compareCodeUnits } from "./value";

/** A slot that takes nodes, and what it takes. */
export interface OpenSlot {
  readonly parent: string;
  readonly slot: string;
  readonly title: string;
  readonly max: number | null;
  readonly accepts: readonly Definition[];
}

const ROOT_SLOTS: Readonly<Record<string, SlotDefinition>> = {
  dataModels: { accepts: ["DataModel"] },
  connectors: { accepts: ["Connector"] },
  workflows: { accepts: ["Workflow"] },
  pages: { accepts: ["Page"] },
  roles: { accepts: ["Role"] },
  policies: { accepts: ["Policy"] },
};

export class Registry {
  readonly definitions: readonly Definition[];
  readonly #byType: ReadonlyMap<string, Definition>;

  constructor(definitions: readonly Definition[]) {
    this.definitions = definitions;
    this.#byType = new Map(definitions.map((definition) => [typeOf(definition), definition]));
  }

  byType(type: string): Definition | undefined {
    return this.#byType.get(type);
  }

  /** The application itself is described by a definition too, when the server sends one. */
  application(): Definition | undefined {
    return this.definitions.find((definition) => definition.kind === "application");
  }

  /** The slots that a node's definition declares; those of the application for the root. */
  slotsOf(node: LiveNode | null): Readonly<Record<string, SlotDefinition>> {
    if (node === null) return this.application()?.slots ?? ROOT_SLOTS;
    return this.byType(node.type)?.slots ?? {};
  }

  openSlots(node: LiveNode | null): readonly OpenSlot[] {
    return Object.entries(this.slotsOf(node)).map(([slot, rule]) => ({
      parent: node?.id ?? ROOT,
      slot,
      title: rule.title ?? words(slot),
      max: rule.max ?? null,
      accepts: this.accepted(rule),
    }));
  }

  accepts(rule: SlotDefinition, type: string): boolean {
    const definition = this.byType(type);
    // A node of a definition that is not known here was accepted by the server before.
    if (definition === undefined) return true;
    return rule.accepts.includes(definition.kind) || rule.accepts.includes(definition.id);
  }

  accepted(rule: SlotDefinition): readonly Definition[] {
    return this.definitions
      .filter((definition) => rule.accepts.includes(definition.kind) || rule.accepts.includes(definition.id))
      .toSorted((a, b) => compareCodeUnits(a.title, b.title));
  }
}

/** What nodes of a definition carry as their type: its id and major version. */
export function typeOf(definition: Definition): string {
  return `${definition.id}@${definition.version.split(".", 1)[0] ?? "1"}`;
}

/** `Button@1` → `Button`. */
export function typeName(type: string): string {
  const at = type.indexOf("@");
  return at < 0 ? type : type.slice(0, at);
}
