/** What a place of a page can see, as keys for caches and as the context that the server is given. */
import type { DataRecord, RecordController, Scope } from "../../library/runtime";
import type { Json, JsonObject } from "../../model/types";

/** The roots of an expression's paths, and the first names read of each. */
export interface Reading {
  readonly roots: ReadonlySet<string>;
  readonly paths: readonly (readonly string[])[];
}

/** Numbers objects, so that they can be parts of keys; the same object has the same number. */
class Numbers {
  readonly #numbers = new WeakMap<object, number>();
  #next = 1;

  of(value: object | null): number {
    if (value === null) return 0;
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.#next);
    return this.#next++;
  }
}

const controllers = new Numbers();
const items = new Numbers();

/** Scopes with one key see the same, whichever object says so. */
export function scopeKey(scope: Scope): string {
  return `${scope.page ?? ""}|${JSON.stringify(sorted(scope.params))}|${controllers.of(scope.record)}|${items.of(scope.item)}`;
}

/** The page and its parameters: what its variables and its record belong to. */
export function visitKey(scope: Scope): string {
  return `${scope.page ?? ""}|${JSON.stringify(sorted(scope.params))}`;
}

/** The names that paths read first beneath a root: `vars.search` reads `search`. */
export function namesUnder(reading: Reading, root: string): readonly string[] {
  const names = reading.paths.filter((path) => path[0] === root).map((path) => path[1] ?? "*");
  return [...new Set(names)].sort();
}

/**
 * The context of a question, with only what its expressions read: two questions that differ in
 * something else have one answer. A null reading means that everything may be read.
 */
export function contextOf(scope: Scope, variables: JsonObject, reading: Reading | null): JsonObject {
  const reads = (root: string): boolean => reading === null || reading.roots.has(root);
  return {
    page: scope.page,
    params: reads("params") ? pick(scope.params, reading, "params") : {},
    vars: reads("vars") ? pick(variables, reading, "vars") : {},
    record: reads("record") ? savedId(scope.record) : null,
    item: reads("item") || reads("row") ? itemOf(scope.item) : null,
  };
}

function pick(values: Readonly<Record<string, Json>>, reading: Reading | null, root: string): JsonObject {
  const names = reading === null ? ["*"] : namesUnder(reading, root);
  const isWhole = names.includes("*");
  return sorted(Object.fromEntries(Object.entries(values).filter(([name]) => isWhole || names.includes(name))));
}

export function savedId(record: RecordController | null): string | null {
  return record?.state.get().saved?.id ?? null;
}

function itemOf(item: DataRecord | null): Json {
  return item === null ? null : { model: item.model, id: item.id };
}

function sorted<T extends Readonly<Record<string, Json>>>(values: T): T {
  return Object.fromEntries(Object.keys(values).sort().map((name) => [name, values[name]])) as T;
}
