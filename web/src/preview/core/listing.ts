/**
 * The records of tables and lists.
 *
 * For a component of the model the server takes the question from its node. Generated pages are not
 * in the model: their questions go to the REST interface, whose pages are walked by cursor.
 */
import type { AppError, DataRecord, QueryOptions, QueryState, Scope } from "../../library/runtime";
import type { JsonObject, LiveNode } from "../../model/types";
import type { Snapshot } from "../../model/snapshot";
import type { Readable } from "../../shared/store";
import type { Client } from "./client";
import { Computed, type Track } from "./computed";
import { type Evaluation, modelsRead } from "./evaluation";
import { isGenerated } from "./generated";
import { done, type Outcome } from "./outcome";
import type { Loaded, Queries, Question } from "./queries";
import type { Rows } from "./rows";
import { fieldOf, modelsAlong, modelsNear, type Schema } from "./schema";
import { contextOf, type Reading, scopeKey } from "./scopes";
import { columnPaths, readsBeneath, type Source, sourceOf } from "./sources";
import type { Variables } from "./variables";
import { readPage, referenceId, type RecordPage } from "./wire";

export interface ListingParts {
  readonly client: Client;
  readonly queries: Queries;
  readonly schema: Readable<Schema>;
  readonly snapshots: Readable<Snapshot>;
  readonly variables: Variables;
  readonly evaluation: Evaluation;
  readonly rows: Rows;
}

const NOTHING: QueryState = { state: "pending", isRefreshing: false, model: null, records: [], total: null, error: null };
const NO_SOURCE: AppError = { code: "source_missing", message: "No data source is chosen yet." };

/** Tables and lists whose state is kept for being asked for again. */
const CELLS_MAX = 300;
/** Pages walked to reach one whose cursor is not known. */
const WALK_MAX = 20;

export class Listing {
  readonly #parts: ListingParts;
  readonly #cells = new Map<string, Readable<QueryState>>();
  /** What each place showed last: it stays while the answer to another question is on its way. */
  readonly #shown = new Map<string, QueryState>();
  readonly #cursors = new Map<string, string>();

  constructor(parts: ListingParts) {
    this.#parts = parts;
  }

  query(node: LiveNode, scope: Scope, options: QueryOptions): Readable<QueryState> {
    const place = `${node.id}|${scopeKey(scope)}`;
    const key = `${place}|${JSON.stringify([options, node.props.dataSource ?? null, node.props.columns ?? node.props.fields ?? null])}`;
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const cell = new Computed<QueryState>((track) => {
      const state = this.#state(node, scope, options, track);
      const shown = this.#shown.get(place);
      if (state.state === "pending" && shown !== undefined && shown.model?.id === state.model?.id) return { ...shown, isRefreshing: true };
      if (state.state === "ready") this.#remember(place, state);
      return state;
    });
    this.#cells.set(key, cell);
    const oldest = this.#cells.keys().next().value;
    if (this.#cells.size > CELLS_MAX && oldest !== undefined) this.#cells.delete(oldest);
    return cell;
  }

  clear(): void {
    this.#shown.clear();
    this.#cursors.clear();
  }

  #remember(place: string, state: QueryState): void {
    this.#shown.set(place, state);
    const oldest = this.#shown.keys().next().value;
    if (this.#shown.size > CELLS_MAX && oldest !== undefined) this.#shown.delete(oldest);
  }

  #state(node: LiveNode, scope: Scope, options: QueryOptions, track: Track): QueryState {
    const source = sourceOf(node);
    if (source === null || source.model === "") return { ...NOTHING, state: "failed", error: NO_SOURCE };
    const schema = track(this.#parts.schema);
    const model = schema.models.get(source.model) ?? null;
    if (model === null) return { ...NOTHING, state: "failed", error: ungranted(schema) };
    const fault = this.#parts.evaluation.faultOf(source.filter, scope, source.model, track);
    if (fault !== null) return { ...NOTHING, state: "failed", model, error: fault };
    const question = isGenerated(node.id)
      ? this.#restQuestion(node, scope, source, schema, options, track)
      : this.#question(node, scope, source, schema, options, track);
    if (question === "pending") return { ...NOTHING, model };
    if (question === null) return { ...NOTHING, state: "ready", model, total: 0 };
    const answer = track<Loaded<RecordPage>>(this.#parts.queries.ask(question));
    const { state, isRefreshing, value, error } = answer;
    return { state, isRefreshing, model, records: value?.records ?? [], total: value?.total ?? null, error };
  }

  #question(node: LiveNode, scope: Scope, source: Source, schema: Schema, options: QueryOptions, track: Track): Question<RecordPage> | "pending" {
    const { client, evaluation, snapshots, variables } = this.#parts;
    const reading = evaluation.reading(source.filter, track);
    if (reading === "pending") return reading;
    // The filter's `item` is the record in question, not what a list outside repeats.
    const context = { ...contextOf(scope, track(variables.of(scope.page)), reading), item: null };
    if (reading === null || reading.roots.has("record")) {
      if (scope.record !== null) track(scope.record.state, (state) => state.saved?.id);
    }
    const beneath = track(snapshots, (snapshot) => readsBeneath(snapshot, node.id));
    const { sort, search, filters, page, pageSize } = options;
    const body: JsonObject = { node: node.id, path: ["dataSource"], context, sort, search, filters, offset: page * pageSize, limit: pageSize };
    return {
      key: `query|${JSON.stringify(body)}|${JSON.stringify(node.props.dataSource ?? null)}|${beneath}`,
      models: this.#models(node, scope, source, schema, reading),
      load: async (signal) => toPage(await client.ask("query", body, signal), source.model),
    };
  }

  #models(node: LiveNode, scope: Scope, source: Source, schema: Schema, reading: Reading | null): ReadonlySet<string> {
    const found = new Set(modelsNear(schema, source.model, 1));
    for (const path of columnPaths(node, schema, source.model)) for (const id of modelsAlong(schema, source.model, path)) found.add(id);
    if (reading === null) return found;
    const item: DataRecord = { id: "", model: source.model, version: 0, values: {} };
    for (const id of modelsRead(reading, schema, { ...scope, item })) found.add(id);
    return found;
  }

  // Null: the record that a generated table belongs to was not saved yet, so there are no rows.
  #restQuestion(node: LiveNode, scope: Scope, source: Source, schema: Schema, options: QueryOptions, track: Track): Question<RecordPage> | null {
    const model = schema.models.get(source.model);
    const equals = track(this.#parts.rows.of(node, scope).demanded);
    if (model === undefined || equals === null) return null;
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(equals)) parameters.append(`filter[${name}]`, String(referenceId(value)));
    for (const [path, text] of Object.entries(options.filters)) {
      const isText = ["Text", "Email", "Url"].includes(fieldOf(model, path)?.type ?? "Text");
      parameters.append(isText ? `filter[${path}][contains]` : `filter[${path}]`, text);
    }
    const sort = options.sort.length > 0 ? options.sort : source.sort;
    if (sort.length > 0) parameters.set("sort", sort.join(","));
    if (options.search !== "") parameters.set("q", options.search);
    const expand = columnPaths(node, schema, source.model).filter(([name]) => (fieldOf(model, name ?? "")?.target ?? "") !== "");
    if (expand.length > 0) parameters.set("expand", [...new Set(expand.map(([name]) => name))].join(","));
    parameters.set("limit", String(options.pageSize));
    const base = `api/${encodeURIComponent(model.name)}?${parameters.toString()}`;
    return {
      key: `rest|${base}|${options.page}`,
      models: modelsNear(schema, source.model, 1),
      load: (signal) => this.#walk(base, source.model, options.page, signal),
    };
  }

  async #walk(base: string, model: string, page: number, signal: AbortSignal): Promise<Outcome<RecordPage>> {
    let at = page;
    while (at > 0 && !this.#cursors.has(`${base}|${at}`) && page - at < WALK_MAX) at -= 1;
    for (; ; at += 1) {
      const cursor = this.#cursors.get(`${base}|${at}`);
      const outcome = toPage(await this.#parts.client.send(cursor === undefined ? base : `${base}&cursor=${encodeURIComponent(cursor)}`, { signal }), model);
      if (!outcome.ok || at >= page) return outcome;
      if (outcome.value.next === null) return done({ ...outcome.value, records: [] });
      this.#cursors.set(`${base}|${at + 1}`, outcome.value.next);
    }
  }
}

function toPage(outcome: Outcome<JsonObject[string]>, model: string): Outcome<RecordPage> {
  return outcome.ok ? done(readPage(outcome.value, model)) : outcome;
}

export function ungranted(schema: Schema): AppError {
  return schema.isKnown
    ? { code: "not_granted", message: "This role may not see these records, or their data model is not finished." }
    : { code: "model_missing", message: "The data model is not finished yet." };
}
