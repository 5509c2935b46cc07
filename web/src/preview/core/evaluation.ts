/**
 * Properties that are expressions, computed where it is quickest and again only when needed.
 *
 * What page, record and item give is computed here; what reads whole models, or parts of a record
 * that did not come along, is answered by the server. Whatever waits is `pending`, whatever is
 * wrong is `failed`: nothing throws.
 */
import type { AppError, DataRecord, RecordController, Resolved, Scope } from "../../library/runtime";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isExpression, isObject } from "../../model/value";
import type { Readable } from "../../shared/store";
import { Computed, constant, settled, type Track } from "./computed";
import { completed, type Lookup } from "./completion";
import type { Analysed, Expressions, Seen } from "./expressions";
import { done, type Outcome, refused } from "./outcome";
import type { Problems } from "./problems";
import type { Loaded, Queries } from "./queries";
import { modelsAlong, type Schema } from "./schema";
import { contextOf, namesUnder, type Reading, scopeKey } from "./scopes";
import type { ServerValues } from "./values";
import type { Variables } from "./variables";

export interface EvaluationParts {
  /** The engine, null until it is loaded: what needs it is pending so long. */
  readonly expressions: Readable<Expressions | null>;
  readonly schema: Readable<Schema>;
  readonly variables: Variables;
  readonly queries: Queries;
  readonly values: ServerValues;
  readonly problems: Problems;
  /** One record of a model by its id, for references that came without their fields. */
  readonly record: (model: string, id: string) => Readable<Loaded<DataRecord>>;
}

const UNSETTLED: AppError = { code: "unsettled", message: "This could not be computed in time." };
/** Roots that only the server can see. */
const SERVER_ROOTS = ["models", "user"];
const READS_NOTHING: Reading = { roots: new Set(), paths: [] };
const PENDING: Resolved = { state: "pending" };

/** Computations kept that nobody looks at, such as those of rows on another page of a table. */
const CELLS_MAX = 5000;

export class Evaluation {
  readonly #parts: EvaluationParts;
  readonly #cells = new Map<string, Readable<Resolved>>();

  constructor(parts: EvaluationParts) {
    this.#parts = parts;
  }

  /** The value at a path within a node's properties. */
  value(node: LiveNode, path: readonly string[], scope: Scope): Readable<Resolved> {
    const value = valueAt(node.props, path);
    if (isExpression(value)) return this.expression(node.id, path, value.expr, scope);
    return hasExpression(value) ? this.#composite(node, path, value, scope) : literal(node, path, value);
  }

  // Objects such as formats and styles may hold expressions among their members.
  #composite(node: LiveNode, path: readonly string[], value: Json, scope: Scope): Readable<Resolved> {
    return this.#cell(`${node.id}|${path.join("/")}|${JSON.stringify(value)}|${scopeKey(scope)}`, (track) => {
      const waits: Resolved[] = [];
      const read = (part: Json, at: readonly string[]): Json => {
        if (isExpression(part)) {
          const resolved = track(this.expression(node.id, at, part.expr, scope));
          if (resolved.state === "ready") return resolved.value;
          waits.push(resolved);
          return null;
        }
        if (Array.isArray(part)) return part.map((item: Json, index) => read(item, [...at, String(index)]));
        if (!isObject(part)) return part;
        return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, read(member, [...at, name])]));
      };
      const whole = read(value, path);
      return waits.find(({ state }) => state === "failed") ?? waits[0] ?? { state: "ready", value: whole };
    });
  }

  #cell(key: string, compute: (track: Track) => Resolved): Readable<Resolved> {
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const cell = new Computed<Resolved>(compute);
    this.#cells.set(key, cell);
    // Cells in use are held by who watches them; forgetting one costs one more computation.
    const oldest = this.#cells.keys().next().value;
    if (this.#cells.size > CELLS_MAX && oldest !== undefined) this.#cells.delete(oldest);
    return cell;
  }

  expression(node: string, path: readonly string[], source: string, scope: Scope): Readable<Resolved> {
    const key = `${node}|${path.join("/")}|${source}|${scopeKey(scope)}`;
    return this.#cell(key, (track) => {
      const value = this.#compute({ node, path, source, scope }, track);
      this.#parts.problems.report(node, path, value.state === "failed" ? value.error : null);
      return value;
    });
  }

  /** A value with all expressions in it computed, as an action needs it. */
  async resolve(value: Json | undefined, node: string, path: readonly string[], scope: Scope): Promise<Outcome<Json>> {
    if (value === undefined) return done(null);
    if (isExpression(value)) {
      const resolved = await settled(this.expression(node, path, value.expr, scope), ({ state }) => state !== "pending");
      if (resolved.state === "ready") return done(resolved.value);
      return resolved.state === "failed" ? refused(resolved.error, 422) : refused(UNSETTLED);
    }
    if (!isObject(value)) return done(value);
    const members: Record<string, Json> = {};
    for (const [name, member] of Object.entries(value)) {
      const outcome = await this.resolve(member, node, [...path, name], scope);
      if (!outcome.ok) return outcome;
      members[name] = outcome.value;
    }
    return done(members);
  }

  /** What an expression reads (nothing for an empty one); null if it cannot be told. */
  reading(source: string, track: Track): Reading | null | "pending" {
    if (source === "") return READS_NOTHING;
    const analysed = this.analyse(source, track);
    if (analysed === "pending") return analysed;
    return analysed.ok ? analysed : null;
  }

  /** What is wrong with a source's filter, whose `item` is a record of *model*; null if nothing. */
  faultOf(filter: string, scope: Scope, model: string, track: Track): AppError | null {
    if (filter === "") return null;
    // Types follow from the data models: a change of them asks again.
    track(this.#parts.schema);
    return track(this.#parts.expressions)?.check(filter, scope.record?.model?.id ?? null, model) ?? null;
  }

  analyse(source: string, track: Track): Analysed | "pending" {
    return track(this.#parts.expressions)?.analyse(source) ?? "pending";
  }

  #compute(cell: Cell, track: Track): Resolved {
    const { schema, variables } = this.#parts;
    const expressions = track(this.#parts.expressions);
    if (expressions === null) return PENDING;
    const analysed = expressions.analyse(cell.source);
    if (!analysed.ok) return { state: "failed", error: analysed.error };
    const known = track(schema);
    const fault = expressions.check(cell.source, cell.scope.record?.model?.id ?? null, cell.scope.item?.model ?? null);
    if (fault !== null) return { state: "failed", error: fault };
    const { page, params } = cell.scope;
    const vars = pickVariables(analysed, track, variables.of(page));
    if (SERVER_ROOTS.some((root) => analysed.roots.has(root))) return this.#ask(cell, analysed, known, track);
    const record = this.#seenRecord(cell.scope.record, analysed, known, track);
    if (record === "pending") return PENDING;
    const item = this.#seenItem(cell.scope.item, analysed, known, track);
    if (item === "pending") return PENDING;
    if (record === "server" || item === "server") return this.#ask(cell, analysed, known, track);
    if (record !== null && "failed" in record) return { state: "failed", error: record.failed };
    const evaluated = expressions.evaluate(cell.source, { params, vars, record, item });
    return evaluated.ok ? { state: "ready", value: evaluated.value } : { state: "failed", error: evaluated.error };
  }

  #ask({ node, path, source, scope }: Cell, reading: Reading, schema: Schema, track: Track): Resolved {
    const { queries, values, variables } = this.#parts;
    // The record's id may become known only after it was created.
    if (scope.record !== null) track(scope.record.state, (state) => state.saved?.id);
    const context = contextOf(scope, track(variables.of(scope.page)), reading);
    const answer = track(queries.ask<{ readonly value: Json }>({
      key: `value|${node}|${path.join("/")}|${source}|${JSON.stringify(context)}`,
      models: modelsRead(reading, schema, scope),
      load: async () => {
        const outcome = await values.load({ node, path }, context);
        return outcome.ok ? done({ value: outcome.value }) : outcome;
      },
    }));
    if (answer.value !== null) return { state: "ready", value: answer.value.value };
    return answer.error === null ? PENDING : { state: "failed", error: answer.error };
  }

  #seenRecord(record: RecordController | null, reading: Reading, schema: Schema, track: Track) {
    if (record === null || !reading.roots.has("record")) return null;
    const { state, isNew, error } = track(record.state, ({ state, isNew, error }) => ({ state, isNew, error }));
    if (state === "pending") return "pending" as const;
    if (state === "failed" && error !== null) return { failed: error };
    const model = record.model?.id ?? "";
    const names = namesUnder(reading, "record");
    const values = names.includes("*")
      ? track(record.state, (now) => now.values)
      : Object.fromEntries(names.map((name) => [name, track(record.state, (now) => now.values[name])]));
    const id = track(record.state, (now) => now.saved?.id);
    return this.#seen({ model, values: id === undefined ? values : { ...values, id } }, "record", isNew, reading, schema, track);
  }

  #seenItem(item: DataRecord | null, reading: Reading, schema: Schema, track: Track) {
    if (item === null) return null;
    const seen = { model: item.model, values: { ...item.values, id: item.id } };
    const roots = ["item", "row"].filter((root) => reading.roots.has(root));
    return roots.reduce<Seen | "pending" | "server">(
      (so, root) => (typeof so === "string" ? so : this.#seen(so, root, false, reading, schema, track)),
      seen,
    );
  }

  #seen(seen: { readonly model: string; readonly values: Readonly<Record<string, Json | undefined>> }, root: string, isNew: boolean, reading: Reading, schema: Schema, track: Track) {
    const lookup: Lookup = (model, id) => track(this.#parts.record(model, id));
    const paths = reading.paths.filter((path) => path[0] === root).map((path) => path.slice(1));
    return completed(seen, paths, { schema, isNew, lookup });
  }
}

interface Cell {
  readonly node: string;
  readonly path: readonly string[];
  readonly source: string;
  readonly scope: Scope;
}

function pickVariables(reading: Reading, track: Track, variables: Readable<JsonObject>): JsonObject {
  if (!reading.roots.has("vars")) return {};
  const names = namesUnder(reading, "vars");
  if (names.includes("*")) return track(variables);
  return Object.fromEntries(names.map((name) => [name, track(variables, (values) => values[name] ?? null)]));
}

/** The data models whose records a value depends on. */
export function modelsRead(reading: Reading, schema: Schema, scope: Scope): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [root, first, ...rest] of reading.paths) {
    const model = root === "record" ? scope.record?.model?.id : root === "item" || root === "row" ? scope.item?.model : undefined;
    if (model !== undefined && first !== undefined) for (const id of modelsAlong(schema, model, [first, ...rest])) found.add(id);
    if (root !== "models") continue;
    const whole = [...schema.models.values()].find(({ name }) => name === first);
    if (whole !== undefined) for (const id of modelsAlong(schema, whole.id, rest)) found.add(id);
  }
  return found;
}

function hasExpression(value: Json | undefined): value is Json {
  if (typeof value !== "object" || value === null) return false;
  return isExpression(value) || Object.values(value).some((part: Json) => hasExpression(part));
}

const literals = new WeakMap<LiveNode, Map<string, Readable<Resolved>>>();

// Nodes are exchanged when they change, so what one says holds as long as it exists.
function literal(node: LiveNode, path: readonly string[], value: Json | undefined): Readable<Resolved> {
  const known = literals.get(node) ?? new Map<string, Readable<Resolved>>();
  literals.set(node, known);
  const key = path.join("/");
  const found = known.get(key) ?? constant<Resolved>({ state: "ready", value: value ?? null });
  known.set(key, found);
  return found;
}

export function valueAt(props: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = props;
  for (const key of path) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(key)];
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}
