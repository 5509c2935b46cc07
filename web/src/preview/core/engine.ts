/** The expression engine as the player uses it: contexts typed by the model, values as JSON. */
import { analyse, type Analysis, type Ast, check, evaluate, fromJson, schemaOf, toJson, types, type Value } from "../../expressions";
import type { Snapshot } from "../../model/snapshot";
import { type JsonObject, type LiveNode, ROOT } from "../../model/types";
import { type Readable, sameItems } from "../../shared/store";
import type { AppError } from "../../library/runtime";
import type { Analysed, Equality, Evaluated, Expressions, Seen, Sight } from "./expressions";

type EngineSchema = ReturnType<typeof schemaOf>;

/** Checks that are kept for one state of the data models; those of any design fit. */
const CHECKS_MAX = 10_000;

/** The engine over what is drawn now. */
export function createExpressions(snapshots: Readable<Snapshot>): Expressions {
  const schema = schemaReader(snapshots);
  const analyses = new WeakMap<Analysis, Analysed>();
  const checks = new WeakMap<EngineSchema, Map<string, AppError | null>>();
  return {
    analyse: (source) => {
      const outcome = analyse(source);
      if (!outcome.ok) return outcome;
      const known = analyses.get(outcome.value) ?? toAnalysed(outcome.value);
      analyses.set(outcome.value, known);
      return known;
    },
    check: (source, record, item) => {
      const { types: drawn } = schema();
      const known = checks.get(drawn) ?? new Map<string, AppError | null>();
      checks.set(drawn, known);
      const key = `${record ?? ""}|${item ?? ""}|${source}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const outcome = check(source, scopeOf(record, item, drawn), drawn);
      const fault = outcome.ok ? null : outcome.error;
      if (known.size < CHECKS_MAX) known.set(key, fault);
      return fault;
    },
    evaluate: (source, sight) => {
      const { types: drawn, enums } = schema();
      const context = { ...contextOf(sight, drawn), enums };
      const outcome = evaluate(source, context, { now: Date.now() });
      return outcome.ok ? toEvaluated(outcome.value) : outcome;
    },
  };
}

// Types follow from data models and their fields alone; those keep their identity while others edit.
function schemaReader(snapshots: Readable<Snapshot>): () => { readonly types: EngineSchema; readonly enums: Value } {
  let seen: Snapshot | null = null;
  let parts: readonly LiveNode[] = [];
  let read: { readonly types: EngineSchema; readonly enums: Value } | null = null;
  return () => {
    const snapshot = snapshots.get();
    if (read !== null && snapshot === seen) return read;
    seen = snapshot;
    const models = snapshot.children(ROOT, "dataModels");
    const now = models.flatMap((model) => [model, ...snapshot.children(model.id, "fields")]);
    if (read !== null && sameItems(now, parts)) return read;
    parts = now;
    const drawn = schemaOf(snapshot);
    read = { types: drawn, enums: fromJson(drawn.enums, types.enumsType(drawn), drawn) };
    return read;
  };
}

function scopeOf(record: string | null, item: string | null, schema: EngineSchema) {
  const seen = (model: string | null) => (model === null || !Object.hasOwn(schema.models, model) ? types.DYN : types.recordOf(model));
  return {
    params: types.mapOf(types.STRING),
    vars: types.DYN,
    user: types.DYN,
    record: seen(record),
    item: seen(item),
    row: seen(item),
    models: types.modelsType(schema),
    enums: types.enumsType(schema),
  };
}

function contextOf({ params, vars, record, item }: Sight, schema: EngineSchema): Record<string, Value> {
  const plain = (values: JsonObject): Value => fromJson(values, { name: "map", element: types.DYN }, schema);
  const seen = (value: Seen | null): Value => (value === null ? null : fromJson(value.values, types.recordOf(value.model), schema));
  const each = seen(item);
  return { params: plain(params), vars: plain(vars), record: seen(record), item: each, row: each };
}

function toEvaluated(value: Value): Evaluated {
  try {
    return { ok: true, value: toJson(value) };
  } catch {
    return { ok: false, error: { code: "expression_limit", message: "The value is too large to be shown." } };
  }
}

function toAnalysed(analysis: Analysis): Analysed {
  const { ast, paths, roots, source } = analysis;
  return { ok: true, roots: new Set(roots), paths, equalities: equalitiesIn(ast, source) };
}

/** The equalities that hold wherever the expression does: those that are joined by `&&` only. */
function equalitiesIn(ast: Ast, source: string): readonly Equality[] {
  if (ast.kind !== "call" || ast.target !== null) return [];
  const [left, right] = ast.arguments;
  if (left === undefined || right === undefined) return [];
  if (ast.function === "&&") return [...equalitiesIn(left, source), ...equalitiesIn(right, source)];
  if (ast.function !== "==") return [];
  return equality(left, right, source) ?? equality(right, left, source) ?? [];
}

function equality(side: Ast, other: Ast, source: string): readonly Equality[] | null {
  if (side.kind !== "select" || side.operand.kind !== "identifier" || side.operand.name !== "item") return null;
  const text = source.slice(other.start, other.end);
  const reading = analyse(text);
  // What depends on the record in question itself says nothing about a new one.
  if (!reading.ok || reading.value.roots.includes("item")) return [];
  return [{ field: side.field, source: text }];
}
