/** Rows of editable tables: added, changed and removed one by one. */
import type { AppError, DataRecord, RowEditor, RowResult, Scope } from "../../library/runtime";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import type { Readable } from "../../shared/store";
import { Computed } from "./computed";
import { defaultsOf } from "./defaults";
import type { Evaluation } from "./evaluation";
import type { Outcome, Refusal } from "./outcome";
import { fieldOf, type Schema } from "./schema";
import { scopeKey } from "./scopes";
import { sourceOf } from "./sources";
import type { Writes } from "./writes";

export interface RowsParts {
  readonly schema: Readable<Schema>;
  readonly evaluation: Evaluation;
  readonly snapshots: Readable<Snapshot>;
  readonly writes: Writes;
}

/** The id of a record that is yet to be created. */
export const NEW = "new";
const NOT_YET: AppError = { code: "not_yet", message: "Save the record that this belongs to first." };
const EDITORS_MAX = 300;

/** A table's rows; `demanded` is what its filter demands of every one of them, null: not known yet. */
export interface TableRows extends RowEditor {
  readonly demanded: Readable<JsonObject | null>;
}

export class Rows {
  readonly #parts: RowsParts;
  readonly #editors = new Map<string, TableRows>();

  constructor(parts: RowsParts) {
    this.#parts = parts;
  }

  of(node: LiveNode, scope: Scope): TableRows {
    const source = sourceOf(node);
    const model = source?.model ?? "";
    const key = `${node.id}|${model}|${source?.filter ?? ""}|${scopeKey(scope)}`;
    const known = this.#editors.get(key);
    if (known !== undefined) return known;
    const { writes } = this.#parts;
    const demanded = this.#demanded(node.id, model, source?.filter ?? "", scope);
    const initial = this.#initial(model, demanded);
    const editor: TableRows = {
      demanded,
      initial,
      create: async (values) => {
        const begin = initial.get();
        if (begin === null) return failed({ error: NOT_YET, status: 0, fields: {} });
        return toResult(await writes.create(model, { ...begin, ...values }));
      },
      update: async (record: DataRecord, values: JsonObject) => toResult(await writes.update(record.model, record.id, values, record.version)),
      remove: async (record: DataRecord) => toResult(await writes.remove(record.model, record.id)),
    };
    this.#editors.set(key, editor);
    const oldest = this.#editors.keys().next().value;
    if (this.#editors.size > EDITORS_MAX && oldest !== undefined) this.#editors.delete(oldest);
    return editor;
  }

  /** A new row begins with its fields' defaults, and with what the filter demands of every row. */
  #initial(model: string, demanded: Readable<JsonObject | null>): Readable<JsonObject | null> {
    const { schema, snapshots } = this.#parts;
    return new Computed<JsonObject | null>((track) => {
      const demands = track(demanded);
      if (demands === null) return null;
      const found = track(schema).models.get(model);
      // Only what the row may say itself: the server knows the defaults of the others.
      const defaults = Object.entries(defaultsOf(track(snapshots), model)).filter(([field]) => fieldOf(found, field)?.isReadOnly === false);
      return { ...Object.fromEntries(defaults), ...demands };
    });
  }

  /** What holds for every row by the filter, such as `item.order == params.id`. */
  #demanded(node: string, model: string, filter: string, scope: Scope): Readable<JsonObject | null> {
    const { evaluation, schema } = this.#parts;
    return new Computed<JsonObject | null>((track) => {
      const analysed = filter === "" ? null : evaluation.analyse(filter, track);
      if (analysed === "pending") return null;
      const equalities = analysed?.ok === true ? analysed.equalities : [];
      const found = track(schema).models.get(model);
      const values: Record<string, Json> = {};
      for (const { field, source } of equalities) {
        const resolved = track(evaluation.expression(node, ["dataSource", "filter", field], source, scope));
        if (resolved.state !== "ready") return null;
        const target = fieldOf(found, field)?.target ?? "";
        if (target !== "" && (resolved.value === NEW || resolved.value === null)) return null;
        if (resolved.value !== null) values[field] = resolved.value;
      }
      return values;
    });
  }
}

export function toResult(outcome: Outcome<unknown>): RowResult {
  return outcome.ok ? { isDone: true } : failed(outcome);
}

function failed({ error, fields }: Refusal): RowResult {
  return { isDone: false, fieldErrors: fields, error: Object.keys(fields).length > 0 ? null : error };
}
