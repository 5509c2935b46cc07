/**
 * Where a data model, a field or a value of an Enum is used: by reference, in expressions, by name.
 *
 * References by id are certain. A name in an expression is certain where the type of what stands
 * before it can be told, and a guess ("by name") where it cannot.
 */
import type { Range } from "../../expressions/errors";
import { schemaOf } from "../../expressions/schema";
import { own, recordOf, type Schema } from "../../expressions/types";
import type { PropPath } from "../../model/editor";
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import { type Json, type JsonObject, type LiveNode, ROOT } from "../../model/types";
import { isExpression, isObject, isReference, toText } from "../../model/value";
import { type Mention, type Reading, readExpression, type TextMention } from "./mentions";
import { referred, scopeAt, sourceOf } from "./scope";

/** What is looked for; `name` is what expressions call it. */
export type Subject =
  | { readonly kind: "model"; readonly id: string; readonly name: string }
  | { readonly kind: "field"; readonly id: string; readonly model: string; readonly name: string }
  | { readonly kind: "inverse"; readonly model: string; readonly name: string }
  | { readonly kind: "value"; readonly field: string; readonly model: string; readonly fieldName: string; readonly value: string };

export interface Use {
  readonly node: string;
  /** To the value within the node's props; an expression's own object, not its text. */
  readonly path: PropPath;
  /** `key`: the last step of the path is the name; `text`: a plain text holds it. */
  readonly how: "reference" | "expression" | "text" | "key";
  readonly isCertain: boolean;
  /** Where the name stands in the expression or text. */
  readonly range: Range | null;
}

export function modelSubject(model: LiveNode): Subject {
  return { kind: "model", id: model.id, name: toText(model.props.name) };
}

export function fieldSubject(field: LiveNode): Subject {
  return { kind: "field", id: field.id, model: field.place?.[0] ?? "", name: toText(field.props.name) };
}

export function valueSubject(field: LiveNode, value: string): Subject {
  return { kind: "value", field: field.id, model: field.place?.[0] ?? "", fieldName: toText(field.props.name), value };
}

/** All uses, in the order of the model; what stands in the Trash uses nothing. */
export function usesOf(snapshot: Snapshot, subject: Subject): readonly Use[] {
  const finder = new Finder(snapshot, subject);
  const roots = ["dataModels", "pages", "workflows", "connectors", "roles", "policies"].flatMap((slot) => snapshot.children(ROOT, slot));
  for (const root of roots) for (const node of snapshot.subtree(root.id)) finder.visit(node);
  return finder.found;
}

class Finder {
  readonly found: Use[] = [];
  readonly #schema: Schema;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly subject: Subject,
  ) {
    this.#schema = schemaOf(snapshot);
  }

  visit(node: LiveNode): void {
    this.#value(node, [], node.props, {});
  }

  #value(node: LiveNode, path: PropPath, value: Json | undefined, beside: JsonObject): void {
    if (isReference(value)) this.#reference(node, path, value.ref);
    else if (isExpression(value)) this.#expression(node, path, value.expr);
    else if (typeof value === "string") this.#text(node, path, value, beside);
    else if (Array.isArray(value)) value.forEach((item: Json, index) => this.#value(node, [...path, String(index)], item, beside));
    else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        this.#key(node, [...path, key], beside);
        this.#value(node, [...path, key], member, isNamedMap(path) ? beside : value);
      }
    }
  }

  #reference(node: LiveNode, path: PropPath, ref: string): void {
    const { subject } = this;
    const isMeant = (subject.kind === "model" || subject.kind === "field") && subject.id === ref;
    if (isMeant) this.#keep(node, path, "reference", true, null);
  }

  #expression(node: LiveNode, path: PropPath, source: string): void {
    if (!source.includes(nameOf(this.subject))) return;
    const reading = readExpression(source, scopeAt(this.snapshot, this.#schema, node, path), this.#schema);
    for (const { range, isCertain } of this.#hits(reading)) this.#keep(node, path, "expression", isCertain, range);
  }

  #text(node: LiveNode, path: PropPath, text: string, beside: JsonObject): void {
    if (!text.includes(nameOf(this.subject))) return;
    if (this.subject.kind === "value") {
      const isCertain = this.#isOwnValue(node, path, beside);
      if (text === this.subject.value && (isCertain || CHOICES.has(path[0] ?? ""))) this.#keep(node, path, "text", isCertain, { start: 0, end: text.length });
      return;
    }
    const named = this.#namedPath(node, path, beside);
    if (named === null) return;
    const sign = path.includes("sort") && text.startsWith("-") ? 1 : 0;
    const source = `${named.prefix}${text.slice(sign)}`;
    const scope = { ...scopeAt(this.snapshot, this.#schema, node, path), ...(named.model === null ? {} : { item: recordOf(named.model) }) };
    const shift = sign - named.prefix.length;
    for (const { range, isCertain } of this.#hits(readExpression(source, scope, this.#schema))) {
      if (range.start + shift >= 0) this.#keep(node, path, "text", isCertain, { start: range.start + shift, end: range.end + shift });
    }
  }

  // Texts that are paths: bindings from a root, columns and sorting from a data model.
  #namedPath(node: LiveNode, path: PropPath, beside: JsonObject): { readonly prefix: string; readonly model: string | null } | null {
    const key = path.at(-1) ?? "";
    if (key === "bind" && path.length === 1) return { prefix: "", model: null };
    const besideModel = referred(beside.model);
    const isSort = path.at(-2) === "sort";
    if (isSort || key === "groupBy" || key === "label") return besideModel === "" ? null : { prefix: "item.", model: besideModel };
    if (key !== "field") return null;
    const model = besideModel === "" ? sourceOf(node) : besideModel;
    return model === "" ? null : { prefix: "item.", model };
  }

  // The keys of `values` are the fields of the model that stands beside them.
  #key(node: LiveNode, path: PropPath, beside: JsonObject): void {
    const { subject } = this;
    if (subject.kind !== "field" || path.at(-1) !== subject.name || path.at(-2) !== "values") return;
    if (typeName(node.type) === "Field") return;
    if (referred(beside.model) === subject.model) this.#keep(node, path, "key", true, null);
  }

  #isOwnValue(node: LiveNode, path: PropPath, beside: JsonObject): boolean {
    const { subject } = this;
    if (subject.kind !== "value") return false;
    if (node.id === subject.field) return path.length === 1 && path[0] === "default";
    return path.at(-2) === "values" && path.at(-1) === subject.fieldName && referred(beside.model) === subject.model;
  }

  #hits(reading: Reading): readonly { readonly range: Range; readonly isCertain: boolean }[] {
    if (this.subject.kind === "value") return reading.texts.flatMap((text) => this.#valueHit(text));
    return reading.mentions.flatMap((mention) => this.#nameHit(mention));
  }

  #valueHit({ value, range, field }: TextMention) {
    const { subject } = this;
    if (subject.kind !== "value" || value !== subject.value) return [];
    if (field === null) return [{ range, isCertain: false }];
    return field.model === subject.model && field.name === subject.fieldName ? [{ range, isCertain: true }] : [];
  }

  #nameHit({ name, range, owner }: Mention) {
    const { subject } = this;
    if (subject.kind === "value" || name !== subject.name) return [];
    if (subject.kind === "model") {
      return owner.kind === "models" || owner.kind === "enums" ? [{ range, isCertain: true }] : [];
    }
    switch (owner.kind) {
      case "record":
        return owner.model === subject.model ? [{ range, isCertain: true }] : [];
      case "enumFields":
        return subject.kind === "field" && owner.model === own(this.#schema.models, subject.model)?.name ? [{ range, isCertain: true }] : [];
      case "unknown":
        return [{ range, isCertain: false }];
      default:
        return [];
    }
  }

  #keep(node: LiveNode, path: PropPath, how: Use["how"], isCertain: boolean, range: Range | null): void {
    this.found.push({ node: node.id, path, how, isCertain, range });
  }
}

/** Properties whose plain texts are often the values of an Enum. */
const CHOICES: ReadonlySet<string> = new Set(["options", "steps", "variables"]);

// In `values` a member stands beside the model that `values` itself stands beside.
function isNamedMap(path: PropPath): boolean {
  return path.at(-1) === "values";
}

function nameOf(subject: Subject): string {
  return subject.kind === "value" ? subject.value : subject.name;
}
