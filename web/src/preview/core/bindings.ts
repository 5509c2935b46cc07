/** What input fields are bound to: `record.name`, `vars.search`, `item.done`. */
import type { Binding, DataRecord, FieldInfo, ModelInfo, RecordController, Scope } from "../../library/runtime";
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { Json, LiveNode } from "../../model/types";
import { isObject } from "../../model/value";
import { type Readable, Store } from "../../shared/store";
import { Computed, constant } from "./computed";
import type { Messages } from "./messages";
import { fieldOf, type Schema } from "./schema";
import { scopeKey } from "./scopes";
import { isInForm } from "./sources";
import type { Variables } from "./variables";
import { referenceId } from "./wire";
import type { Writes } from "./writes";

export interface BindingsParts {
  readonly schema: Readable<Schema>;
  readonly snapshots: Readable<Snapshot>;
  readonly variables: Variables;
  readonly writes: Writes;
  readonly messages: Messages;
}

interface Draft {
  readonly value: Json;
  /** The record as it was when the draft was saved, or null before that. */
  readonly savedOver: DataRecord | null;
}

interface ItemDraft {
  readonly draft: Store<Draft | null>;
  readonly error: Store<string | null>;
}

const BINDINGS_MAX = 2000;

export class Bindings {
  readonly #parts: BindingsParts;
  readonly #bindings = new Map<string, Binding>();
  readonly #drafts = new Map<string, ItemDraft>();

  constructor(parts: BindingsParts) {
    this.#parts = parts;
  }

  of(node: LiveNode, scope: Scope): Binding | null {
    const { bind } = node.props;
    if (typeof bind !== "string") return null;
    const key = `${node.id}|${bind}|${node.props.readOnly === true}|${scopeKey(scope)}`;
    const known = this.#bindings.get(key);
    if (known !== undefined) return known;
    const [root, ...path] = bind.split(".");
    const binding = this.#create(node, root ?? "", path, scope);
    if (binding === null) return null;
    this.#bindings.set(key, binding);
    const oldest = this.#bindings.keys().next().value;
    if (this.#bindings.size > BINDINGS_MAX && oldest !== undefined) this.#bindings.delete(oldest);
    return binding;
  }

  #create(node: LiveNode, root: string, path: readonly string[], scope: Scope): Binding | null {
    const [name] = path;
    if (name === undefined || name === "") return null;
    if (root === "vars") return this.#variable(node, scope.page, path);
    if (root === "record") return scope.record === null ? null : this.#record(node, scope.record, path);
    const isItem = root === "item" || root === "row";
    return isItem && scope.item !== null ? this.#item(node, scope.item, path) : null;
  }

  #variable(node: LiveNode, page: string | null, path: readonly string[]): Binding {
    const { variables } = this.#parts;
    const name = path[0] as string;
    return {
      value: new Computed((track) => at(track(variables.of(page)), path)),
      error: constant<string | null>(null),
      field: null,
      isReadOnly: node.props.readOnly === true || path.length > 1,
      set: (value) => variables.set(page, name, value),
      commit: () => undefined,
    };
  }

  #record(node: LiveNode, record: RecordController, path: readonly string[]): Binding {
    const name = path[0] as string;
    const isPart = path.length > 1;
    return {
      value: new Computed((track) => {
        const value = at(track(record.state, ({ values }) => values[name] ?? null), path.slice(1));
        return referenceId(value);
      }),
      error: new Computed<string | null>((track) => track(record.state, ({ fieldErrors }) => fieldErrors[name] ?? null)),
      get field(): FieldInfo | null {
        return isPart ? null : fieldOf(record.model, name);
      },
      get isReadOnly(): boolean {
        const isNew = record.state.get().isNew;
        return node.props.readOnly === true || isPart || !mayWrite(record.model, name, isNew);
      },
      set: (value) => record.edit(name, value),
      commit: () => this.#commit(node, record),
    };
  }

  // A form saves all of its fields at once; a field outside every form is saved by itself.
  #commit(node: LiveNode, record: RecordController): void {
    const state = record.state.get();
    if (!state.isDirty || state.state !== "ready") return;
    const snapshot = this.#parts.snapshots.get();
    if (isInForm(snapshot, node.id)) return;
    // A new record is not created by the first field that happens to be left.
    if (state.isNew && (hasForm(snapshot, node.id) || !isComplete(record.model, state.values))) return;
    void record.save();
  }

  #item(node: LiveNode, item: DataRecord, path: readonly string[]): Binding {
    const { messages, schema, writes } = this.#parts;
    const name = path[0] as string;
    const { draft, error } = this.#draftOf(`${node.id}|${name}|${item.model}|${item.id}`, item);
    const model = (): ModelInfo | null => schema.get().models.get(item.model) ?? null;
    const save = async (): Promise<void> => {
      const sent = draft.get();
      if (sent === null || sent.value === referenceId(item.values[name])) return;
      const outcome = await writes.update(item.model, item.id, { [name]: sent.value });
      // The draft covers the value until the record comes anew; after that it would hide others' work.
      if (outcome.ok) draft.set({ ...sent, savedOver: item });
      error.set(outcome.ok ? null : (outcome.fields[name] ?? outcome.error.message));
      if (!outcome.ok && outcome.fields[name] === undefined) messages.show(outcome.error.message, "error");
    };
    return {
      value: new Computed((track) => track(draft)?.value ?? referenceId(at(item.values, path))),
      error,
      get field(): FieldInfo | null {
        return path.length > 1 ? null : fieldOf(model(), name);
      },
      get isReadOnly(): boolean {
        return node.props.readOnly === true || path.length > 1 || !mayWrite(model(), name, false);
      },
      set: (value) => draft.set({ value, savedOver: null }),
      commit: () => void save(),
    };
  }

  // What is typed into a row outlives the row's coming anew with somebody else's change.
  #draftOf(key: string, item: DataRecord): ItemDraft {
    const known = this.#drafts.get(key) ?? { draft: new Store<Draft | null>(null), error: new Store<string | null>(null) };
    const { savedOver } = known.draft.get() ?? { savedOver: null };
    if (savedOver !== null && savedOver !== item) known.draft.set(null);
    this.#drafts.set(key, known);
    const oldest = this.#drafts.keys().next().value;
    if (this.#drafts.size > BINDINGS_MAX && oldest !== undefined) this.#drafts.delete(oldest);
    return known;
  }
}

function mayWrite(model: ModelInfo | null, name: string, isNew: boolean): boolean {
  if (model === null) return false;
  const field = fieldOf(model, name);
  return (isNew ? model.mayCreate : model.mayUpdate) && field !== null && !field.isReadOnly;
}

function hasForm(snapshot: Snapshot, id: string): boolean {
  const [page] = snapshot.path(id);
  return page !== undefined && snapshot.subtree(page.id).some((node) => typeName(node.type) === "Form");
}

function isComplete(model: ModelInfo | null, values: Readonly<Record<string, Json>>): boolean {
  return model?.fields.every(({ isRequired, isReadOnly, name, type }) => !isRequired || isReadOnly || type === "UUID" || (values[name] ?? "") !== "") ?? false;
}

function at(value: Json, path: readonly string[]): Json {
  let found: Json = value;
  for (const name of path) found = isObject(found) ? (found[name] ?? null) : null;
  return found;
}
