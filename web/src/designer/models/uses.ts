/**
 * Where what has a name is used (a data model, a field, a step, a variable, a page): by reference, in
 * expressions, by name.
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
import { isExpression, isObject, isReference } from "../../model/value";
import { type Mention, type Reading, readExpression, type TextMention } from "./mentions";
import { linksIn } from "./links";
import { at, referred, scopeAt, sourceOf } from "./scope";
import { loopItemOf, SETTERS, type Subject } from "./subjects";

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

/** All uses, in the order of the model; what stands in the Trash uses nothing. */
export function usesOf(snapshot: Snapshot, subject: Subject): readonly Use[] {
  const finder = new Finder(snapshot, subject);
  for (const root of rootsFor(snapshot, subject)) for (const node of snapshot.subtree(root)) finder.visit(node);
  return finder.found;
}

// A step or variable is known within its workflow or page alone.
function rootsFor(snapshot: Snapshot, subject: Subject): readonly string[] {
  if ("root" in subject) return [subject.kind === "loopItem" ? subject.step : subject.root];
  return ["dataModels", "pages", "workflows", "connectors", "roles", "policies"].flatMap((slot) => snapshot.children(ROOT, slot).map(({ id }) => id));
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
    const { subject } = this;
    if (subject.kind === "page") this.#links(node, subject.id);
    else if (subject.kind !== "loopItem" || this.#seesItem(node, subject.step, subject.name)) this.#value(node, [], node.props, {});
  }

  #links(node: LiveNode, id: string): void {
    const page = this.snapshot.node(id);
    for (const path of page === undefined ? [] : linksIn(this.snapshot, node, page)) {
      this.#keep(node, path, isExpression(at(node.props, path)) ? "expression" : "text", true, null);
    }
  }

  // Among the repeated steps only, and not where a loop within has an item of the same name.
  #seesItem(node: LiveNode, loop: string, name: string): boolean {
    const way = this.snapshot.path(node.id);
    const inner = way.slice(way.findIndex((step) => step.id === loop) + 1);
    if (inner[0]?.place?.[1] !== "steps") return false;
    return !inner.slice(0, -1).some((step, index) => typeName(step.type) === "forEach" && loopItemOf(step) === name && inner[index + 1]?.place?.[1] === "steps");
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
    const isMeant = (subject.kind === "model" || subject.kind === "field" || subject.kind === "workflow") && subject.id === ref;
    if (isMeant) this.#keep(node, path, "reference", true, null);
  }

  #expression(node: LiveNode, path: PropPath, source: string): void {
    if (!source.includes(nameOf(this.subject)) || this.#isOwnItem(node, path)) return;
    const reading = readExpression(source, scopeAt(this.snapshot, this.#schema, node, path), this.#schema);
    for (const { range, isCertain } of this.#hits(reading)) this.#keep(node, path, "expression", isCertain, range);
  }

  // The filter of a query is over its own records, also within a loop.
  #isOwnItem(node: LiveNode, path: PropPath): boolean {
    return this.subject.kind === "loopItem" && this.subject.name === "item" && typeName(node.type) === "query" && path[0] === "filter";
  }

  #text(node: LiveNode, path: PropPath, text: string, beside: JsonObject): void {
    if (!text.includes(nameOf(this.subject))) return;
    if (this.subject.kind === "value") {
      const isCertain = this.#isOwnValue(node, path, beside);
      if (text === this.subject.value && (isCertain || CHOICES.has(path[0] ?? ""))) this.#keep(node, path, "text", isCertain, { start: 0, end: text.length });
      return;
    }
    if (this.#isBareName(text, path, beside)) {
      this.#keep(node, path, "text", true, { start: 0, end: text.length });
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

  // Texts that are the name and nothing else.
  #isBareName(text: string, path: PropPath, beside: JsonObject): boolean {
    const { subject } = this;
    const key = path.at(-1);
    if (text !== nameOf(subject)) return false;
    return (subject.kind === "variable" && key === "variable" && beside.action === "setVariable") || (subject.kind === "workflow" && key === "workflow");
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

  // The keys of `values` are the fields of the model that stands beside them, those of `variables` variables.
  #key(node: LiveNode, path: PropPath, beside: JsonObject): void {
    const { subject } = this;
    if (subject.kind === "variable") {
      const isGiven = path.length === 2 && path[0] === "variables" && path[1] === subject.name;
      if (isGiven && SETTERS.has(typeName(node.type))) this.#keep(node, path, "key", true, null);
      return;
    }
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
    if (name !== nameOf(subject)) return [];
    const certainly = (isMeant: boolean) => (isMeant ? [{ range, isCertain: true }] : []);
    switch (subject.kind) {
      case "model":
        return certainly(owner.kind === "models" || owner.kind === "enums");
      case "step":
        return certainly(owner.kind === "steps");
      case "variable":
        return certainly(owner.kind === "vars");
      case "loopItem":
        return certainly(owner.kind === "nothing");
      case "field":
      case "inverse":
        return this.#memberHit(owner, subject, range);
      default:
        return [];
    }
  }

  #memberHit(owner: Mention["owner"], subject: Extract<Subject, { kind: "field" | "inverse" }>, range: Range) {
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
  return subject.kind === "value" ? subject.value : subject.kind === "page" ? "" : subject.name;
}
