/**
 * A runtime in memory: what the player does over HTTP, at once and without a server.
 *
 * Expressions are paths such as `record.status`; `wait()` never comes, `fail()` fails, and sources
 * can be given answers of their own. A data source's filter may be `wait()`, `fail()` or `none()`.
 */
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isExpression, isObject, isReference, listEntries, toText } from "../../model/value";
import { type Readable, Store } from "../../shared/store";
import { rawAt } from "../properties";
import { labelOf, referenceId, valueIn } from "../records";
import type {
  AppError, AppRuntime, Binding, ChoicesState, DataRecord, FieldInfo, Group, GroupsState, ModelInfo, QueryOptions, QueryState,
  RecordController, Resolved, RowEditor, RowResult, Scope,
} from "../runtime";
import { sourceModel } from "../source";
import { MODELS, records } from "./data";
import { FakeRecord } from "./FakeRecord";

export const FAILURE: AppError = { code: "expression_name", message: "There is no field “totl” in Order.", source: "record.totl * 2", start: 7, end: 11 };
const UNREACHABLE: AppError = { code: "unreachable", message: "The server does not answer. It is tried again by itself." };
const CHOICES_MAX = 20;

type Answer = (scope: Scope) => Json;

export class FakeRuntime implements AppRuntime {
  readonly vars = new Store<JsonObject>({});
  readonly performed: string[] = [];
  readonly answers = new Map<string, Answer>();
  /** Opens and closes dialogs, where there are any. */
  onDialog: (dialog: string, isOpen: boolean) => void = () => undefined;
  readonly #data = records();
  readonly #revision = new Store(0);
  readonly #busy = new Map<string, Store<boolean>>();
  readonly #kept = new Map<string, Readable<unknown>>();
  readonly #records = new Map<string, FakeRecord>();

  constructor(readonly delayMs = 0) {}

  value = (node: LiveNode, path: readonly string[], scope: Scope): Readable<Resolved> =>
    this.#derived(`value ${node.id} ${path.join("/")} ${scope.item?.id}/${scope.item?.version} ${recordId(scope)}`, () => this.#evaluate(rawAt(node, path), scope));

  model = (id: string): ModelInfo | null => MODELS.find((model) => model.id === id) ?? null;

  query = (node: LiveNode, _scope: Scope, options: QueryOptions): Readable<QueryState> =>
    this.#derived(`query ${node.id} ${JSON.stringify(options)}`, () => {
      const model = this.model(sourceModel(node));
      const state = { state: "ready" as const, isRefreshing: false, model, records: [], total: 0, error: null };
      switch (specialOf(node)) {
        case "wait()":
          return { ...state, state: "pending", total: null };
        case "fail()":
          return { ...state, state: "failed", total: null, error: UNREACHABLE };
        case "none()":
          return state;
        default: {
          const found = this.#find(node, options);
          return { ...state, records: found.slice(options.page * options.pageSize, (options.page + 1) * options.pageSize), total: found.length };
        }
      }
    });

  groups = (node: LiveNode): Readable<GroupsState> =>
    this.#derived(`groups ${node.id}`, () => {
      switch (specialOf(node)) {
        case "wait()":
          return { state: "pending", groups: [], error: null };
        case "fail()":
          return { state: "failed", groups: [], error: UNREACHABLE };
        case "none()":
          return { state: "ready", groups: [], error: null };
        default:
          return { state: "ready", groups: this.#groups(node), error: null };
      }
    });

  choices = (node: LiveNode, _scope: Scope, search: string): Readable<ChoicesState> => {
    const options = node.props.options;
    const target = isObject(options) && isReference(options.model) ? options.model.ref : "";
    if (specialOf(node) === "fail()") return this.#derived(`choices ${node.id}`, () => ({ state: "failed", choices: [], hasMore: false, error: UNREACHABLE }));
    return this.references(target, search);
  };

  references = (target: string, search: string): Readable<ChoicesState> =>
    this.#derived(`references ${target} ${search}`, () => {
      const all = (this.#data.get(target) ?? []).map((record) => ({ value: record.id, label: labelOf({ ...record.values, id: record.id }, this.model(target)) }));
      const found = all.filter((choice) => choice.label.toLocaleLowerCase().includes(search.toLocaleLowerCase()));
      return { state: "ready", choices: found.slice(0, CHOICES_MAX), hasMore: found.length > CHOICES_MAX, error: null };
    });

  record = (node: LiveNode, scope: Scope): RecordController | null => {
    const source = node.props.dataSource;
    if (!isObject(source)) return scope.record;
    return this.controller(sourceModel(node), toText(source.record));
  };

  /** The record of an id, of `new`, or in a state such as `state:saving`. */
  controller(model: string, id: string): FakeRecord {
    const key = `${model} ${id}`;
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    const made = new FakeRecord(this.model(model), id, this.#data.get(model) ?? [], this.delayMs, (record) => this.#put(record));
    made.state.subscribe(() => this.#revision.update((count) => count + 1));
    this.#records.set(key, made);
    return made;
  }

  binding = (node: LiveNode, scope: Scope): Binding | null => {
    const [root = "", name = ""] = toText(node.props.bind).split(".");
    if (root === "vars") return this.#variable(name);
    if (root === "record" && scope.record !== null) return ofRecord(scope.record, name);
    return null;
  };

  rows = (node: LiveNode): RowEditor => ({
    initial: new Store<JsonObject | null>({ order: "o1" }),
    create: (values) => this.#change(() => {
      const model = sourceModel(node);
      const count = this.#data.get(model)?.length ?? 0;
      this.#put({ id: `new${count}`, model, version: 1, values });
    }, values),
    update: (record, values) => this.#change(() => this.#put({ ...record, version: record.version + 1, values: { ...record.values, ...values } }), values),
    remove: (record) => this.#change(() => {
      this.#data.set(record.model, (this.#data.get(record.model) ?? []).filter((other) => other.id !== record.id));
      this.#revision.update((count) => count + 1);
    }, {}),
  });

  perform = (node: LiveNode, event: string, scope: Scope): Promise<boolean> => this.performAt(node, [event], scope);

  performAt = async (node: LiveNode, path: readonly string[], scope: Scope): Promise<boolean> => {
    const busy = this.#busyOf(node);
    busy.set(true);
    await this.#pause();
    for (const [, action] of listEntries(rawAt(node, path))) {
      this.performed.push(`${toText(action.action)} ${path.join("/")} ${scope.item?.id ?? ""}`.trim());
      if (isReference(action.dialog)) this.onDialog(action.dialog.ref, action.action === "openDialog");
    }
    busy.set(node.props.name === "busy");
    return true;
  };

  isBusy = (node: LiveNode): Readable<boolean> => this.#busyOf(node);

  #busyOf(node: LiveNode): Store<boolean> {
    const kept = this.#busy.get(node.id) ?? new Store(node.props.name === "busy");
    this.#busy.set(node.id, kept);
    return kept;
  }

  #pause(): Promise<void> {
    return this.delayMs === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, this.delayMs));
  }

  async #change(apply: () => void, values: JsonObject): Promise<RowResult> {
    await this.#pause();
    if (values.quantity === 0) return { isDone: false, fieldErrors: { quantity: "Order at least one." }, error: null };
    apply();
    return { isDone: true };
  }

  #put(record: DataRecord): void {
    const all = this.#data.get(record.model) ?? [];
    const isKnown = all.some((other) => other.id === record.id);
    this.#data.set(record.model, isKnown ? all.map((other) => (other.id === record.id ? record : other)) : [...all, record]);
    this.#revision.update((count) => count + 1);
  }

  #variable(name: string): Binding {
    return {
      value: this.#derived(`variable ${name}`, () => this.vars.get()[name] ?? null),
      error: new Store<string | null>(null), field: null, isReadOnly: false,
      set: (value) => {
        this.vars.update((vars) => ({ ...vars, [name]: value }));
        this.#revision.update((count) => count + 1);
      },
      commit: () => undefined,
    };
  }

  #find(node: LiveNode, options: QueryOptions): readonly DataRecord[] {
    const limit = isObject(node.props.dataSource) && typeof node.props.dataSource.limit === "number" ? node.props.dataSource.limit : Infinity;
    const text = (record: DataRecord): string => JSON.stringify(record.values).toLocaleLowerCase();
    const found = (this.#data.get(sourceModel(node)) ?? [])
      .slice(0, limit)
      .filter((record) => text(record).includes(options.search.toLocaleLowerCase()))
      .filter((record) => Object.entries(options.filters).every(([path, wanted]) => toText(valueIn(record, path)).toLocaleLowerCase().includes(wanted.toLocaleLowerCase())));
    const [sort] = options.sort;
    if (sort === undefined) return found;
    const path = sort.replace(/^-/u, "");
    const collator = new Intl.Collator("en", { numeric: true });
    return [...found].sort((a, b) => collator.compare(toText(valueIn(a, path)), toText(valueIn(b, path))) * (sort.startsWith("-") ? -1 : 1));
  }

  #groups(node: LiveNode): readonly Group[] {
    const source = isObject(node.props.dataSource) ? node.props.dataSource : {};
    const by = toText(source.groupBy);
    const groups = new Map<string, number>();
    for (const record of this.#data.get(sourceModel(node)) ?? []) {
      const value = valueIn(record, by === "month" ? "dueOn" : by);
      const key = by === "month" ? `${toText(value).slice(0, 7)}-01` : toText(isObject(value) ? referenceId(value) : value);
      groups.set(key, (groups.get(key) ?? 0) + (source.measure === "sum" ? Math.round(Number(record.values.totalAmount) * 100) : 100));
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({ key, label: by === "month" ? key.slice(0, 7) : key, value: source.measure === "sum" ? (value / 100).toFixed(2) : value / 100 }));
  }

  #evaluate(raw: Json | undefined, scope: Scope): Resolved {
    if (!isExpression(raw)) return this.#assemble(raw, scope);
    const source = raw.expr;
    if (source === "wait()") return { state: "pending" };
    if (source === "fail()") return { state: "failed", error: FAILURE };
    const answer = this.answers.get(source);
    if (answer !== undefined) return { state: "ready", value: answer(scope) };
    const [root, ...path] = source.split(".");
    const values: Json = root === "record" ? (scope.record?.state.get().values ?? null) : root === "item" || root === "row" ? (scope.item === null ? null : { ...scope.item.values, id: scope.item.id }) : root === "vars" ? this.vars.get() : null;
    return { state: "ready", value: path.reduce<Json>((value, name) => (isObject(value) ? (value[name] ?? null) : null), values) };
  }

  // A literal with expressions inside it: each is computed, and the rest stays.
  #assemble(raw: Json | undefined, scope: Scope): Resolved {
    if (!isObject(raw)) return { state: "ready", value: raw ?? null };
    const parts: Record<string, Json> = {};
    for (const [name, part] of Object.entries(raw)) {
      const resolved = this.#evaluate(part, scope);
      if (resolved.state !== "ready") return resolved;
      parts[name] = resolved.value;
    }
    return { state: "ready", value: parts };
  }

  #derived<T>(key: string, compute: () => T): Readable<T> {
    const kept = this.#kept.get(key) as Readable<T> | undefined;
    if (kept !== undefined) return kept;
    let last: { readonly revision: number; readonly value: T } | null = null;
    const made: Readable<T> = {
      get: () => {
        if (last?.revision !== this.#revision.get()) last = { revision: this.#revision.get(), value: compute() };
        return last.value;
      },
      subscribe: this.#revision.subscribe,
    };
    this.#kept.set(key, made);
    return made;
  }
}

function recordId(scope: Scope): string {
  return scope.record?.state.get().saved?.id ?? "";
}

function specialOf(node: LiveNode): string {
  const source = node.props.dataSource ?? node.props.options;
  return isObject(source) && isExpression(source.filter) ? source.filter.expr : "";
}

function ofRecord(controller: RecordController, name: string): Binding {
  const field: FieldInfo | null = controller.model?.fields.find((each) => each.name === name) ?? null;
  const { state } = controller;
  return {
    value: { get: () => state.get().values[name] ?? null, subscribe: state.subscribe },
    error: { get: () => state.get().fieldErrors[name] ?? null, subscribe: state.subscribe },
    field,
    isReadOnly: field?.isReadOnly ?? false,
    set: (value) => controller.edit(name, value),
    commit: () => undefined,
  };
}
