/**
 * What may stand where the caret is in an expression: fields of what stands before the point, names,
 * functions with their signatures, and the words of an enumeration between quotes.
 *
 * The type of what stands before the point is found by the engine's own checker, so that whatever it
 * can follow (references, lists, macros) is suggested from. Pure: the editor's popup is made elsewhere.
 */
import { check, type Scope, types } from "../../expressions";
import { FUNCTIONS } from "../../expressions/functions";
import type { Signature } from "../../expressions/overloads";
import { FUNCTION_TEXTS } from "./functionTexts";
import { chainStart, isTextOpen, macroFrames, tokensOf, type Written } from "./written";

type Type = types.Type;
type Schema = types.Schema;

export interface Suggestion {
  readonly label: string;
  readonly kind: "field" | "list" | "function" | "variable" | "word" | "value";
  /** The type or the signature, beside the label. */
  readonly detail: string;
  readonly info?: string;
  /** What is written in its place; `${}` is where the caret goes. */
  readonly template?: string;
  readonly boost?: number;
}

export interface Suggestions {
  readonly from: number;
  readonly options: readonly Suggestion[];
}

export interface Surroundings {
  readonly scope: Scope;
  readonly schema: Schema;
}

const MACROS: Readonly<Record<string, string>> = { map: "list", filter: "list", exists: "yes or no", all: "yes or no", exists_one: "yes or no" };
const WORDS = ["true", "false", "null"] as const;

/** What fits at *at*; null where nothing is to be said, such as within a text. */
export function suggest(source: string, at: number, around: Surroundings): Suggestions | null {
  const before = source.slice(0, at);
  const text = isTextOpen(before);
  if (text !== null) return text === "comment" ? null : enumValues(source, before, text.start, around);
  const word = /[A-Za-z_][A-Za-z0-9_]*$/u.exec(before)?.[0] ?? "";
  const from = at - word.length;
  const written = tokensOf(source.slice(0, from));
  if (written === null) return null;
  const scope = withMacros(written, around);
  const last = written.tokens.at(-1);
  if (last?.kind === ".") {
    const start = chainStart(written.tokens, written.tokens.length - 2);
    if (start === null) return null;
    const type = typeOf(written, start, written.tokens.length - 2, { ...around, scope });
    return { from, options: type === null ? [] : membersOf(type, around.schema) };
  }
  // After a finished value only an operator can come, which nobody looks up.
  if (last !== undefined && /^(?:name|literal|\)|\]|\})$/u.test(last.kind)) return null;
  return { from, options: rootsOf(scope, around.schema) };
}

function typeOf(written: Written, first: number, last: number, { scope, schema }: Surroundings): Type | null {
  const [start, end] = [written.tokens[first]?.start, written.tokens[last]?.end];
  if (start === undefined || end === undefined) return null;
  const outcome = check(written.source.slice(start, end), scope, schema);
  return outcome.ok ? outcome.value : null;
}

/** The scope with the variables of the macros that are open at the end. */
function withMacros(written: Written, around: Surroundings): Scope {
  let { scope } = around;
  for (const { variable, target } of macroFrames(written.tokens)) {
    const start = chainStart(written.tokens, target);
    const list = start === null ? null : typeOf(written, start, target, { ...around, scope });
    scope = { ...scope, [variable]: list?.name === "list" ? (list.element ?? types.DYN) : types.DYN };
  }
  return scope;
}

function membersOf(type: Type, schema: Schema): readonly Suggestion[] {
  return [...fieldsOf(type, schema), ...methodsOf(type)];
}

function fieldsOf(type: Type, schema: Schema): readonly Suggestion[] {
  const fields = type.name === "record" ? types.own(schema.models, type.model ?? "")?.fields : type.fields;
  const system = new Set(["id", "createdAt", "updatedAt", "createdBy"]);
  return Object.entries(fields ?? {}).map(([label, of]) => ({
    label,
    kind: of.name === "list" ? "list" : "field",
    detail: wordsOf(of, schema),
    boost: type.name === "record" && system.has(label) ? 1 : 2,
  }));
}

function methodsOf(type: Type): readonly Suggestion[] {
  if (type.name === "dyn" || type.name === "record" || type.name === "object") return [];
  const macros = type.name !== "list" ? [] : Object.entries(MACROS).map(([label, result]): Suggestion => ({
    label, kind: "function", detail: `(item, …) → ${result}`, template: `${label}(item, \${})`, ...infoOf(label),
  }));
  return [...macros, ...written(FUNCTIONS.signatures().filter((each) => each.isMethod && fits(each.parameters[0], type)))];
}

function fits(wanted: Type | undefined, type: Type): boolean {
  if (wanted === undefined) return false;
  if (wanted.name !== type.name) return wanted.name === "dyn" || wanted.name === "T" || (wanted.name === "decimal" && type.name === "int");
  const [inner, own] = [wanted.element?.name ?? "dyn", type.element?.name ?? "dyn"];
  return wanted.name !== "list" || inner === "T" || inner === "dyn" || own === "dyn" || inner === own;
}

function rootsOf(scope: Scope, schema: Schema): readonly Suggestion[] {
  const roots = Object.entries(scope).map(([label, type]): Suggestion => ({ label, kind: "variable", detail: wordsOf(type, schema), boost: 3 }));
  const has: Suggestion = { label: "has", kind: "function", detail: "(record.field) → yes or no", template: "has(${})", ...infoOf("has") };
  const words = WORDS.map((label): Suggestion => ({ label, kind: "word", detail: "" }));
  return [...roots, has, ...written(FUNCTIONS.signatures().filter(({ isMethod }) => !isMethod)), ...words];
}

/** One suggestion for each name, with the forms that it has. */
function written(signatures: readonly Signature[]): readonly Suggestion[] {
  const byName = new Map<string, readonly Signature[]>();
  for (const each of signatures) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  return [...byName].map(([label, forms]) => {
    const [first] = forms;
    const given = first === undefined ? [] : first.isMethod ? first.parameters.slice(1) : first.parameters;
    const detail = `(${given.map((type) => shortOf(type)).join(", ")}) → ${first === undefined ? "" : shortOf(first.result)}`;
    const takesNothing = forms.every(({ isMethod, parameters }) => parameters.length === (isMethod ? 1 : 0));
    return { label, kind: "function", detail: forms.length > 1 ? `${detail} …` : detail, template: takesNothing ? `${label}()` : `${label}(\${})`, ...infoOf(label) };
  });
}

function infoOf(name: string): { readonly info?: string } {
  const info = types.own(FUNCTION_TEXTS, name);
  return info === undefined ? {} : { info };
}

/** The words of an enumeration that the text is compared with. */
function enumValues(source: string, before: string, start: number, around: Surroundings): Suggestions | null {
  const whole = tokensOf(before.slice(0, start));
  if (whole === null) return null;
  let at = whole.tokens.length - 1;
  // Within `in ['a', 'b']` what is compared stands before the list.
  while (at >= 0 && [",", "[", "literal"].includes(whole.tokens[at]?.kind ?? "")) at -= 1;
  if (!["==", "!=", "in"].includes(whole.tokens[at]?.kind ?? "")) return null;
  const first = chainStart(whole.tokens, at - 1);
  const [owner, field] = [at - 3, whole.tokens[at - 1]];
  if (first === null || field?.kind !== "name" || whole.tokens[at - 2]?.kind !== "." || owner < first) return null;
  const type = typeOf(whole, first, owner, { ...around, scope: withMacros(whole, around) });
  const model = type?.name === "record" ? types.own(around.schema.models, type.model ?? "")?.name : undefined;
  const values = types.own(types.own(around.schema.enums, model ?? "") ?? {}, String(field.value)) ?? [];
  const quote = before.charAt(start);
  const isClosed = source.slice(before.length).startsWith(quote);
  return { from: start + 1, options: values.map((label) => ({ label, kind: "value", detail: "", template: isClosed ? label : `${label}${quote}` })) };
}

/** What a type is called beside a name. */
export function wordsOf(type: Type, schema: Schema): string {
  if (type.name === "record") return types.own(schema.models, type.model ?? "")?.name ?? "record";
  if (type.name === "list") return type.element === undefined || type.element === null || type.element.name === "dyn" ? "list" : `list of ${wordsOf(type.element, schema)}`;
  return shortOf(type);
}

const SHORT: Readonly<Record<string, string>> = { string: "text", int: "integer", double: "number", bool: "yes or no", timestamp: "time", dyn: "any", T: "any", object: "", map: "" };

function shortOf(type: Type): string {
  if (type.name === "list") return "list";
  return SHORT[type.name] ?? type.name;
}
