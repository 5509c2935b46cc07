/** What can be chosen: values of an enum, entries of a list, records that a reference may name. */
import type { AppError, Choice, ChoicesState, DataRecord, ModelInfo, Scope } from "../../library/runtime";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isExpression, isObject, isReference, listEntries, toText } from "../../model/value";
import type { Readable } from "../../shared/store";
import type { Bindings } from "./bindings";
import type { Client } from "./client";
import { Computed, type Track } from "./computed";
import type { Evaluation } from "./evaluation";
import { done } from "./outcome";
import type { Loaded, Queries, Question } from "./queries";
import { labelField, modelsNear, SCHEMA, type Schema } from "./schema";
import { contextOf, scopeKey } from "./scopes";
import { fieldPath, sourceOf } from "./sources";
import type { Variables } from "./variables";
import { readPage, type RecordPage } from "./wire";

export interface ChoicesParts {
  readonly client: Client;
  readonly queries: Queries;
  readonly schema: Readable<Schema>;
  readonly variables: Variables;
  readonly evaluation: Evaluation;
  readonly bindings: Bindings;
  readonly record: (model: string, id: string) => Readable<Loaded<DataRecord>>;
}

/** Records listed at once; who looks for another searches. */
const CHOICES_MAX = 50;
const CELLS_MAX = 300;

const PENDING: ChoicesState = { state: "pending", choices: [], hasMore: false, error: null };

export class Choices {
  readonly #parts: ChoicesParts;
  readonly #cells = new Map<string, Readable<ChoicesState>>();

  constructor(parts: ChoicesParts) {
    this.#parts = parts;
  }

  of(node: LiveNode, scope: Scope, search: string): Readable<ChoicesState> {
    const key = `${node.id}|${scopeKey(scope)}|${search}|${JSON.stringify([node.props.options ?? null, node.props.bind ?? null])}`;
    return this.#cell(key, (track) => {
      const state = this.#state(node, scope, search, track);
      return search === "" ? this.#withChosen(node, scope, state, track) : state;
    });
  }

  references(model: string, search: string): Readable<ChoicesState> {
    return this.#cell(`references|${model}|${search}`, (track) => this.#recordsOf(model, search, track));
  }

  #cell(key: string, compute: (track: Track) => ChoicesState): Readable<ChoicesState> {
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const cell = new Computed(compute);
    this.#cells.set(key, cell);
    const oldest = this.#cells.keys().next().value;
    if (this.#cells.size > CELLS_MAX && oldest !== undefined) this.#cells.delete(oldest);
    return cell;
  }

  #state(node: LiveNode, scope: Scope, search: string, track: Track): ChoicesState {
    const { options } = node.props;
    if (isExpression(options)) {
      const value = track(this.#parts.evaluation.expression(node.id, ["options"], options.expr, scope));
      if (value.state === "failed") return failed(value.error);
      return value.state === "pending" ? PENDING : listed(value.value, search);
    }
    if (isObject(options) && options.model !== undefined) return this.#fromModel(node, scope, search, track);
    const entries = Array.isArray(options) ? options : listEntries(options).map(([, entry]) => entry.value ?? entry);
    if (entries.length > 0) return listed(entries, search);
    const field = this.#parts.bindings.of(node, scope)?.field ?? null;
    if (field === null) return { ...PENDING, state: "ready" };
    if (field.target !== "") return this.#recordsOf(field.target, search, track);
    return listed(field.values, search);
  }

  #fromModel(node: LiveNode, scope: Scope, search: string, track: Track): ChoicesState {
    const { client, evaluation, schema, variables } = this.#parts;
    const source = sourceOf(node, "options");
    const known = track(schema);
    const model = known.models.get(source?.model ?? "");
    if (source === null || model === undefined) {
      return known.isKnown ? failed({ code: "not_granted", message: "This role may not see what there is to choose from." }) : PENDING;
    }
    const fault = evaluation.faultOf(source.filter, scope, model.id, track);
    if (fault !== null) return failed(fault);
    const label = isObject(node.props.options) ? fieldPath(node.props.options.label, known, model.id) : [];
    const reading = evaluation.reading(source.filter, track);
    if (reading === "pending") return PENDING;
    const context = { ...contextOf(scope, track(variables.of(scope.page)), reading), item: null };
    const body: JsonObject = { node: node.id, path: ["options"], context, sort: [], search, filters: {}, offset: 0, limit: CHOICES_MAX };
    const question: Question<RecordPage> = {
      key: `options|${JSON.stringify(body)}|${JSON.stringify(node.props.options ?? null)}`,
      models: modelsNear(known, model.id, 1),
      load: async (signal) => {
        const outcome = await client.ask("query", body, signal);
        return outcome.ok ? done(readPage(outcome.value, model.id)) : outcome;
      },
    };
    return fromRecords(track<Loaded<RecordPage>>(this.#parts.queries.ask(question)), model, label);
  }

  #recordsOf(id: string, search: string, track: Track): ChoicesState {
    const { client, queries, schema } = this.#parts;
    const model = track(schema, ({ models }) => models.get(id) ?? null);
    if (model === null) return PENDING;
    const answer = queries.ask<RecordPage>({
      key: `references|${id}|${search}`,
      models: new Set([id]),
      load: async (signal) => {
        // While something is being renamed the schema is on its way; its names are the ones to ask by.
        await queries.settled(SCHEMA);
        const outcome = await client.send(addressOf(schema.get().models.get(id) ?? model, search), { signal });
        return outcome.ok ? done(readPage(outcome.value, id)) : outcome;
      },
    });
    const label = labelField(model);
    return fromRecords(track(answer), model, label === null ? [] : [label.name]);
  }

  // What is chosen already has its name there, whether or not it is among the first.
  #withChosen(node: LiveNode, scope: Scope, state: ChoicesState, track: Track): ChoicesState {
    if (state.state !== "ready") return state;
    const binding = this.#parts.bindings.of(node, scope);
    const target = binding?.field?.target ?? "";
    const chosen = binding === null || target === "" ? null : track(binding.value);
    if (typeof chosen !== "string" || chosen === "" || state.choices.some(({ value }) => value === chosen)) return state;
    const model = track(this.#parts.schema, ({ models }) => models.get(target) ?? null);
    const record = track(this.#parts.record(target, chosen)).value;
    if (record === null || model === null) return state;
    return { ...state, choices: [{ value: chosen, label: nameOf(record.values, model, labelPath(node, track(this.#parts.schema), target)) }, ...state.choices] };
  }
}

function labelPath(node: LiveNode, schema: Schema, model: string): readonly string[] {
  const { options } = node.props;
  return isObject(options) && !isExpression(options) ? fieldPath(options.label, schema, model) : [];
}

function fromRecords(answer: Loaded<RecordPage>, model: ModelInfo, label: readonly string[]): ChoicesState {
  if (answer.value === null) return answer.error === null ? PENDING : failed(answer.error);
  const { records, total, next } = answer.value;
  const choices = records.map((record) => ({ value: record.id, label: nameOf(record.values, model, label) }));
  return { state: "ready", choices, hasMore: next !== null || (total !== null && total > records.length), error: null };
}

/** What people call a record: by the label that was chosen, else by its model's own. */
export function nameOf(values: JsonObject, model: ModelInfo, label: readonly string[] = []): string {
  let value: Json | undefined = label.length === 0 ? undefined : values;
  for (const name of label) value = isObject(value) ? value[name] : undefined;
  return toText(value) || toText(values[labelField(model)?.name ?? ""]) || toText(values.id);
}

function listed(value: Json, search: string): ChoicesState {
  const wanted = search.toLocaleLowerCase();
  const choices = (Array.isArray(value) ? (value as readonly Json[]) : []).flatMap((entry) => choiceOf(entry));
  return { state: "ready", choices: choices.filter(({ label }) => label.toLocaleLowerCase().includes(wanted)), hasMore: false, error: null };
}

function choiceOf(entry: Json): readonly Choice[] {
  if (!isObject(entry)) return entry === null ? [] : [{ value: toText(entry), label: toText(entry) }];
  const value = toText(isReference(entry.value) ? entry.value.ref : (entry.value ?? entry.id ?? entry.label));
  return value === "" ? [] : [{ value, label: toText(entry.label ?? entry.name ?? entry.title) || value }];
}

function failed(error: AppError): ChoicesState {
  return { ...PENDING, state: "failed", error };
}

function addressOf(model: ModelInfo, search: string): string {
  const label = labelField(model);
  const parameters = new URLSearchParams({ limit: String(CHOICES_MAX) });
  if (label !== null) parameters.set("sort", label.name);
  if (search !== "") parameters.set("q", search);
  return `api/${encodeURIComponent(model.name)}?${parameters.toString()}`;
}
