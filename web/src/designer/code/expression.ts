/** What makes an editor one of expressions: colours, suggestions while typing, faults underlined. */
import { autocompletion, type Completion, type CompletionContext, type CompletionResult, snippet } from "@codemirror/autocomplete";
import { type Diagnostic, linter } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";

import { check, schemaOf, types } from "../../expressions";
import type { Snapshot } from "../../model/snapshot";
import type { Json, LiveNode } from "../../model/types";
import { isObject } from "../../model/value";
import { scopeAt } from "../models/scope";
import { parameterNames } from "../runtime/parameters";
import { highlighting } from "./highlight";
import { suggest, type Suggestion, type Surroundings } from "./suggest";

/** Where an expression stands: the model as it is now, the node, and the path within its props. */
export interface ExpressionPlace {
  readonly snapshot: () => Snapshot;
  readonly node: () => LiveNode;
  readonly path: readonly string[];
}

export interface Fault {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** What is wrong with an expression, or null; nothing is said of one that is still empty. */
export function faultIn(source: string, { scope, schema }: Surroundings): Fault | null {
  if (source.trim() === "") return null;
  const outcome = check(source, scope, schema);
  if (outcome.ok) return null;
  const { start, end, message } = outcome.error;
  const to = Math.min(Math.max(end, start), source.length);
  // A fault at the very end is shown at the last character: there is nothing behind it to underline.
  return { from: Math.min(start, Math.max(to - 1, 0)), to: Math.max(to, 1), message };
}

let read: { readonly snapshot: Snapshot; readonly schema: types.Schema } | null = null;

// Many fields ask about one state of the model, and each of them several times.
function schemaIn(snapshot: Snapshot): types.Schema {
  if (read?.snapshot !== snapshot) read = { snapshot, schema: schemaOf(snapshot) };
  return read.schema;
}

/** What an expression is checked against. */
export function surroundingsAt({ snapshot, node, path }: ExpressionPlace): Surroundings {
  const now = snapshot();
  const schema = schemaIn(now);
  return { schema, scope: scopeAt(now, schema, node(), path) };
}

/** The same with the names of variables and parameters, which the checker lets be any. */
export function namesAt(place: ExpressionPlace): Surroundings {
  const { schema, scope } = surroundingsAt(place);
  const [page] = place.snapshot().path(place.node().id);
  if (page === undefined || scope.params === undefined) return { schema, scope };
  const variables = isObject(page.props.variables) ? Object.entries(page.props.variables) : [];
  const vars = types.objectOf(Object.fromEntries(variables.map(([name, value]) => [name, typeOf(value)])));
  const params = types.objectOf(Object.fromEntries(parameterNames(page).map((name) => [name, types.STRING])));
  // What nothing is known of is no help: a page without a record has no `record` to offer.
  const known = Object.fromEntries(Object.entries(scope).filter(([name, type]) => type.name !== "dyn" || name === "user"));
  return { schema, scope: { ...known, vars, params } };
}

function typeOf(value: Json): types.Type {
  if (typeof value === "string") return types.STRING;
  if (typeof value === "boolean") return types.BOOL;
  if (typeof value === "number") return Number.isInteger(value) ? types.INT : types.DOUBLE;
  return types.DYN;
}

export function expressionExtensions(place: ExpressionPlace): Extension {
  return [
    highlighting,
    autocompletion({ override: [(context) => complete(context, place)], icons: true, maxRenderedOptions: 60 }),
    linter((view) => diagnose(view.state.doc.toString(), place), { delay: 250 }),
  ];
}

function diagnose(source: string, place: ExpressionPlace): readonly Diagnostic[] {
  const fault = faultIn(source, surroundingsAt(place));
  return fault === null ? [] : [{ ...fault, severity: "error" }];
}

function complete(context: CompletionContext, place: ExpressionPlace): CompletionResult | null {
  const source = context.state.doc.toString();
  const found = suggest(source, context.pos, namesAt(place));
  if (found === null || found.options.length === 0) return null;
  const written = source.slice(found.from, context.pos);
  // An empty field asks for nothing by itself; a point and a quote do.
  const isAsked = context.explicit || written !== "" || /[.'"]$/u.test(source.slice(0, context.pos));
  if (!isAsked || found.options.some(({ label }) => label === written)) return context.explicit ? resultOf(found) : null;
  return resultOf(found);
}

function resultOf({ from, options }: { readonly from: number; readonly options: readonly Suggestion[] }): CompletionResult {
  return { from, options: options.map((option) => completionOf(option)), validFor: /^[\p{L}_][\p{L}\p{N}_]*$/u };
}

const KINDS = { field: "property", list: "property", function: "function", variable: "variable", word: "keyword", value: "enum" } as const;

function completionOf({ label, kind, detail, info, template, boost }: Suggestion): Completion {
  return {
    label,
    type: KINDS[kind],
    ...(detail !== "" && { detail }),
    ...(info !== undefined && { info }),
    ...(boost !== undefined && { boost }),
    ...(template !== undefined && { apply: kind === "value" ? template : snippet(template) }),
  };
}
