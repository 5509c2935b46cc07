/** The records that pages, forms and detail views are about, one controller for each place. */
import type { DataRecord, RecordController, Resolved, Scope } from "../../library/runtime";
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isExpression, listEntries } from "../../model/value";
import type { Readable } from "../../shared/store";
import type { Client } from "./client";
import { constant, once } from "./computed";
import type { Evaluation } from "./evaluation";
import { isGenerated } from "./generated";
import type { Messages } from "./messages";
import { done } from "./outcome";
import type { Queries, Question } from "./queries";
import { EditedRecord, type Found } from "./record";
import { NEW } from "./rows";
import { modelsNear, type Schema } from "./schema";
import { defaultsOf } from "./defaults";
import { contextOf, scopeKey } from "./scopes";
import { readsBeneath, type Source, sourceOf } from "./sources";
import type { Variables } from "./variables";
import { readRecord } from "./wire";
import type { Writes } from "./writes";

export interface RecordsParts {
  readonly client: Client;
  readonly evaluation: Evaluation;
  readonly messages: Messages;
  readonly queries: Queries;
  readonly schema: Readable<Schema>;
  readonly snapshots: Readable<Snapshot>;
  readonly variables: Variables;
  readonly writes: Writes;
  /** Puts the new record's id into the page's address in the place of `new`. */
  readonly replaceParameter: (page: string, name: string, value: string) => void;
}

const NOT_FOUND = "record_not_found";
const CONTROLLERS_MAX = 300;

export class Records {
  readonly #parts: RecordsParts;
  readonly #controllers = new Map<string, EditedRecord>();

  constructor(parts: RecordsParts) {
    this.#parts = parts;
  }

  /** The record of a node's own source, or the scope's where it has none. */
  of(node: LiveNode, scope: Scope): RecordController | null {
    const source = sourceOf(node);
    if (source === null || source.model === "") return scope.record;
    const record = source.record ?? this.#implied(node, scope, source);
    if (record === undefined) return scope.record;
    const key = `${node.id}|${source.model}|${JSON.stringify(record)}|${scopeKey(scope)}`;
    const known = this.#controllers.get(key);
    if (known !== undefined) return known;
    const controller = this.#create(node, scope, source.model, record);
    this.#controllers.set(key, controller);
    const oldest = this.#controllers.keys().next().value;
    if (this.#controllers.size > CONTROLLERS_MAX && oldest !== undefined) this.#controllers.delete(oldest);
    return controller;
  }

  /** One record by its id, as references name them. */
  byId(model: string, id: string): Question<DataRecord> {
    return {
      key: `one|${model}|${id}`,
      models: new Set([model]),
      load: (signal) => this.#parts.writes.read(model, id, [], signal),
    };
  }

  // A form for a model that the page is not about creates; it needs no id to be told so.
  #implied(node: LiveNode, scope: Scope, source: Source): Json | undefined {
    return typeName(node.type) === "Form" && scope.record?.model?.id !== source.model ? NEW : undefined;
  }

  #create(node: LiveNode, scope: Scope, model: string, record: Json): EditedRecord {
    const { evaluation, queries, schema, snapshots, writes } = this.#parts;
    const path = ["dataSource", "record"];
    const id: Readable<Resolved> = isExpression(record)
      ? evaluation.expression(node.id, path, record.expr, scope)
      : constant<Resolved>({ state: "ready", value: record });
    const controller = new EditedRecord({
      model,
      schema,
      id,
      question: (recordId) => this.#question(node, scope, model, recordId),
      defaults: () => defaultsOf(snapshots.get(), model),
      queries,
      writes,
      onSaved: (saved, wasNew) => {
        this.#parts.messages.show("Saved.", "success");
        if (!wasNew || (isExpression(record) && this.#readdress(record.expr, scope, saved))) return;
        // What is to happen afterwards may still speak of the record; else the form is for the next.
        if (listEntries(node.props.onSubmit).length === 0) controller.startOver();
      },
    });
    return controller;
  }

  #question(node: LiveNode, scope: Scope, model: string, id: string): Question<Found> {
    const { client, schema, snapshots, variables, writes } = this.#parts;
    const isMade = isGenerated(node.id);
    const beneath = isMade ? "" : readsBeneath(snapshots.get(), node.id);
    return {
      key: `record|${node.id}|${model}|${id}|${beneath}`,
      models: modelsNear(schema.get(), model),
      load: async (signal) => {
        const expand = (schema.get().models.get(model)?.fields ?? []).filter(({ target }) => target !== "").map(({ name }) => name);
        const context = contextOf({ ...scope, record: null }, variables.of(scope.page).get(), null);
        const outcome = isMade
          ? await writes.read(model, id, expand, signal)
          : await client.ask("record", { node: node.id, record: id, context }, signal);
        if (!outcome.ok) return outcome.error.code === NOT_FOUND ? done({ record: null }) : outcome;
        const value = outcome.value as DataRecord | JsonObject;
        return done({ record: isMade ? (value as DataRecord) : readRecord(value as JsonObject, model) });
      },
    };
  }

  // A page whose record is `params.id` stands at `…/new` while it creates; now it has an address.
  #readdress(source: string, scope: Scope, saved: DataRecord): boolean {
    const reading = this.#parts.evaluation.reading(source, once);
    const paths = reading === null || reading === "pending" ? [] : reading.paths.filter(([root]) => root === "params");
    const name = paths.length === 1 ? paths[0]?.[1] : undefined;
    if (name === undefined || scope.page === null || scope.params[name] !== NEW) return false;
    this.#parts.replaceParameter(scope.page, name, saved.id);
    return true;
  }
}
