/**
 * The questions that stand before destructive changes and renamings, one at a time for each desk.
 *
 * Whoever edits hands over what it would do; it is done at once where there is nothing to say: a
 * question without content teaches people to answer without reading. `QuestionHost` shows them.
 */
import type { Registry } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import { Store } from "../../shared/store";
import type { Desk } from "../desk";
import { isRemoval, removalOf, removedBy, wordsOf } from "./changes";
import { type Change, dataEffect, type Impact, impactOf } from "./impact";
import { countRecords } from "./records";
import type { Rewrite } from "./rename";

/** Whether to make a change, and what it has an effect on. */
export interface ImpactQuestion {
  readonly kind: "impact";
  readonly title: string;
  readonly confirm: string;
  readonly impacts: readonly Impact[];
  readonly effects: readonly string[];
  /** Whether surely no records are touched. */
  readonly isDataSafe: boolean;
  readonly perform: () => void;
}

/** What else a renaming changes. */
export interface RenameQuestion {
  readonly kind: "rename";
  readonly title: string;
  readonly rewrites: readonly Rewrite[];
  readonly perform: (chosen: readonly Rewrite[]) => void;
}

export type Question = ImpactQuestion | RenameQuestion;

// One for each desk; it goes with the desk.
const QUESTIONS = new WeakMap<Desk, Store<Question | null>>();

export function questionOf(desk: Desk): Store<Question | null> {
  const found = QUESTIONS.get(desk);
  if (found !== undefined) return found;
  const store = new Store<Question | null>(null);
  QUESTIONS.set(desk, store);
  return store;
}

/** Makes changes, after asking if there is anything to say. */
export function askChanges(desk: Desk, changes: readonly Change[], perform: () => void): void {
  const models = [...new Set(changes.flatMap((change) => modelOf(desk.snapshot, change) ?? []))];
  const ask = (counts: ReadonlyMap<string, number | null>): void => {
    const question = impactQuestion(desk.snapshot, desk.registry, changes, counts);
    if (question === null) perform();
    else questionOf(desk).set({ ...question, perform });
  };
  if (models.length === 0) {
    ask(new Map());
    return;
  }
  const counted = models.map(async (model) => [model, await countRecords(desk.room, desk.snapshot.node(model))] as const);
  void Promise.all(counted).then((counts) => ask(new Map(counts)));
}

/** Puts nodes into the Trash by `perform`, after asking if something uses them or data goes with them. */
export function askRemoval(desk: Desk, ids: readonly string[], perform: () => void): void {
  askChanges(desk, removalOf(desk.snapshot, ids), perform);
}

/** What there is to say before some changes, or null; `counts`: the records of each model, null where unknown. */
export function impactQuestion(
  snapshot: Snapshot,
  registry: Registry,
  changes: readonly Change[],
  counts: ReadonlyMap<string, number | null>,
): Omit<ImpactQuestion, "perform"> | null {
  const gone = new Set(changes.flatMap(removedBy));
  const impacts = changes
    .flatMap((change) => impactOf(snapshot, registry, change))
    .filter((impact) => !snapshot.path(impact.node).some((step) => gone.has(step.id)));
  const isSafe = (change: Change): boolean => {
    const model = modelOf(snapshot, change);
    return model === null || counts.get(model) === 0;
  };
  const isDataSafe = changes.every(isSafe);
  if (impacts.length === 0 && isDataSafe) return null;
  // What happens to the data is said of those changes that touch any.
  const told = isDataSafe ? changes.slice(0, 1) : changes.filter((change) => !isSafe(change));
  const effects = told.map((change) => dataEffect(snapshot, change, counts.get(modelOf(snapshot, change) ?? "") ?? null));
  return { kind: "impact", ...wordsOf(snapshot, changes), impacts: distinct(impacts), effects: [...new Set(effects)], isDataSafe };
}

/** The data model whose records a change is about, or null. */
function modelOf(snapshot: Snapshot, change: Change): string | null {
  if (change.kind === "removeNodes" || change.kind === "removeVariable" || change.kind === "removeInverse") return null;
  if (change.kind === "removeModel") return change.model;
  return snapshot.node(isRemoval(change) ? (change.fields[0] ?? "") : change.field)?.place?.[0] ?? null;
}

function distinct(impacts: readonly Impact[]): readonly Impact[] {
  const places = new Map(impacts.map((impact) => [JSON.stringify([impact.node, impact.place, impact.source]), impact]));
  return [...places.values()].toSorted((a, b) => Number(a.isByName) - Number(b.isByName));
}
