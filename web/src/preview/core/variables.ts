/** The variables of pages: each visit of a page begins with the defaults that the page names. */
import type { Scope } from "../../library/runtime";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject } from "../../model/types";
import { isExpression, isObject } from "../../model/value";
import { type Readable, Store } from "../../shared/store";
import { Computed, type Track } from "./computed";

/** A default that is an expression, seen by whoever evaluates it. */
type Evaluate = (source: string, scope: Scope, track: Track) => Json;

/** Pages whose variables are kept, so that going back finds a filter as it was left. */
const PAGES_MAX = 30;

export class Variables {
  readonly #snapshots: Readable<Snapshot>;
  readonly #evaluate: Evaluate;
  readonly #set = new Map<string, Store<JsonObject>>();
  readonly #all = new Map<string, Computed<JsonObject>>();

  constructor(snapshots: Readable<Snapshot>, evaluate: Evaluate) {
    this.#snapshots = snapshots;
    this.#evaluate = evaluate;
  }

  /** All variables of a page: what was set, over the defaults as they are drawn now. */
  of(page: string | null): Readable<JsonObject> {
    const key = page ?? "";
    const known = this.#all.get(key);
    if (known !== undefined) return known;
    const store = this.#store(key);
    const all = new Computed<JsonObject>((track) => ({
      ...this.#defaults(track(this.#snapshots, (snapshot) => snapshot.node(key)?.props.variables), key, track),
      ...track(store),
    }));
    this.#all.set(key, all);
    return all;
  }

  set(page: string | null, name: string, value: Json): void {
    this.#store(page ?? "").update((values) => ({ ...values, [name]: value }));
  }

  #store(key: string): Store<JsonObject> {
    const known = this.#set.get(key);
    if (known !== undefined) return known;
    const store = new Store<JsonObject>({});
    this.#set.set(key, store);
    const oldest = this.#set.keys().next().value;
    if (this.#set.size > PAGES_MAX && oldest !== undefined) {
      this.#set.delete(oldest);
      this.#all.delete(oldest);
    }
    return store;
  }

  #defaults(variables: Json | undefined, page: string, track: Track): JsonObject {
    if (!isObject(variables)) return {};
    const scope: Scope = { page, params: {}, record: null, item: null };
    return Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, isExpression(value) ? this.#evaluate(value.expr, scope, track) : value]),
    );
  }
}
