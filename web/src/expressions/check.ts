/**
 * The type of an expression, found without evaluating it.
 *
 * Names, fields and operands are held against the scope and the data models. Whether something may
 * be null is not followed: every field may be, and comparing it with null is how to find out.
 */
import type { Ast, Call, Has, Index, Macro, Select } from "./ast";
import { ExpressionError, suggestion, type Range } from "./errors";
import { fieldRange } from "./evaluate";
import { FUNCTIONS } from "./functions";
import { mismatch, OPERATORS } from "./operators";
import {
  BOOL,
  DECIMAL,
  DYN,
  INT,
  isOpen,
  labelOf,
  listOf,
  mapOf,
  NULL,
  own,
  STRING,
  unify,
  type Schema,
  type Type,
} from "./types";
import { MIXED_NUMBERS } from "./values";

export type Scope = Readonly<Record<string, Type>>;

/** Returns the type of the tree's value; throws `ExpressionError`. */
export function checkTree(tree: Ast, scope: Scope, schema: Schema): Type {
  return new Checker(scope, schema).check(tree);
}

const LOGIC = new Set(["&&", "||"]);
const EQUALITY = new Set(["==", "!="]);

class Checker {
  private readonly variables: (readonly [name: string, type: Type])[] = [];

  constructor(
    private readonly scope: Scope,
    private readonly schema: Schema,
  ) {}

  check(tree: Ast): Type {
    switch (tree.kind) {
      case "literal":
        return literalType(tree.value);
      case "identifier":
        return this.identifier(tree.name, tree);
      case "select":
        return this.field(tree);
      case "has":
        this.field(tree, { start: tree.end - 1 - tree.field.length, end: tree.end - 1 });
        return BOOL;
      case "index":
        return this.index(tree);
      case "list":
        return listOf(this.common(tree.items));
      case "map":
        for (const [key] of tree.entries) this.expect(key, STRING, "The keys of a map are texts");
        return mapOf(this.common(tree.entries.map(([, value]) => value)));
      case "macro":
        return this.macro(tree);
      case "call":
        return this.call(tree);
    }
  }

  private label(type: Type): string {
    return labelOf(type, this.schema);
  }

  private identifier(name: string, range: Range): Type {
    const variable = this.variables.findLast(([known]) => known === name);
    if (variable) return variable[1];
    const type = own(this.scope, name);
    if (type) return type;
    const hint = suggestion(name, Object.keys(this.scope));
    throw new ExpressionError("expression_name", `The name '${name}' is unknown.${hint}`, range);
  }

  private field(tree: Select | Has, range: Range = fieldRange(tree)): Type {
    const type = this.check(tree.operand);
    if (isOpen(type)) return DYN;
    if (type.name === "map") return type.element ?? DYN;
    if (type.name === "object") return this.part(type.fields ?? {}, tree.field, range, "There is no");
    if (type.name === "record") {
      const model = own(this.schema.models, type.model ?? "");
      if (!model) return DYN;
      return this.part(model.fields, tree.field, range, `${model.name} has no field`);
    }
    const hint = type.name === "list" ? ` Use .map(item, item.${tree.field}).` : "";
    const text = `'.${tree.field}' needs a record and not ${this.label(type)}.${hint}`;
    throw new ExpressionError("expression_type", text, range);
  }

  private part(
    fields: Readonly<Record<string, Type>>,
    name: string,
    range: Range,
    what: string,
  ): Type {
    const type = own(fields, name);
    if (type) return type;
    const hint = suggestion(name, Object.keys(fields));
    throw new ExpressionError("expression_name", `${what} '${name}'.${hint}`, range);
  }

  private index(tree: Index): Type {
    const [type, index] = [this.check(tree.operand), this.check(tree.index)];
    if (type.name === "list" && (index.name === "int" || isOpen(index))) return type.element ?? DYN;
    if (isOpen(type)) return DYN;
    const isText = index.name === "string" || isOpen(index);
    if (isText && type.name === "map") return type.element ?? DYN;
    if (isText && (type.name === "record" || type.name === "object")) {
      const { index: key } = tree;
      if (key.kind !== "literal" || typeof key.value !== "string") return DYN;
      return this.field({ ...tree, kind: "select", field: key.value }, key);
    }
    throw new ExpressionError(
      "expression_type",
      `'[…]' takes an integer for a list or a text for a map, and not ${this.label(type)} and ${this.label(index)}.`,
      tree,
    );
  }

  private common(items: readonly Ast[]): Type {
    let type: Type | null = null;
    for (const item of items) {
      const next = this.check(item);
      type = type === null ? next : (unify(type, next) ?? DYN);
    }
    return type === null || type.name === "null" ? DYN : type;
  }

  private expect(tree: Ast, wanted: Type, why: string): void {
    const type = this.check(tree);
    if (type.name === wanted.name || isOpen(type)) return;
    throw new ExpressionError("expression_type", `${why} and not ${this.label(type)}.`, tree);
  }

  private condition(tree: Ast): void {
    this.expect(tree, BOOL, "A condition is true or false");
  }

  private macro(tree: Macro): Type {
    const target = this.check(tree.target);
    let item = target.name === "list" ? (target.element ?? DYN) : DYN;
    if (target.name === "map" || target.name === "object") item = STRING;
    else if (target.name !== "list" && !isOpen(target)) {
      const text = `${tree.name}() needs a list and not ${this.label(target)}.`;
      throw new ExpressionError("expression_type", text, tree.target);
    }
    this.variables.push([tree.variable, item]);
    const isTransform = tree.name === "map" && tree.second === null;
    if (!isTransform) this.condition(tree.body);
    const result = isTransform ? this.check(tree.body) : tree.second && this.check(tree.second);
    this.variables.pop();
    if (tree.name === "map") return listOf(result ?? DYN);
    return tree.name === "filter" ? listOf(item) : BOOL;
  }

  private call(tree: Call): Type {
    const name = tree.function;
    const [first, second, third] = tree.arguments;
    if (tree.target === null && first) {
      if (name === "!" || (LOGIC.has(name) && second)) {
        for (const operand of tree.arguments) this.condition(operand);
        return BOOL;
      }
      if (name === "neg") return this.negative(first, tree);
      if (name === "?:" && second && third) return this.choice(first, second, third, tree);
      if (EQUALITY.has(name) && second) return this.equality(first, second, tree);
      if (name === "in" && second) return this.membership(first, second, tree);
      if (/^[-+*/%<>]=?$/.test(name) && second) return this.operator(name, first, second, tree);
    }
    const given = [...(tree.target ? [tree.target] : []), ...tree.arguments];
    const types = given.map((argument) => this.check(argument));
    try {
      return aggregateType(name, FUNCTIONS.check(name, tree.target !== null, types, this.schema), types);
    } catch (thrown) {
      if (thrown instanceof ExpressionError) thrown.range ??= tree;
      throw thrown;
    }
  }

  private negative(operand: Ast, range: Range): Type {
    const type = this.check(operand);
    if (isOpen(type)) return DYN;
    if (["int", "double", "decimal", "duration"].includes(type.name)) return type;
    throw new ExpressionError(
      "expression_type",
      `'-' needs a number and not ${this.label(type)}.`,
      range,
    );
  }

  private choice(condition: Ast, yes: Ast, no: Ast, range: Range): Type {
    this.condition(condition);
    const [one, other] = [this.check(yes), this.check(no)];
    const type = unify(one, other);
    if (type) return type;
    throw new ExpressionError(
      "expression_type",
      `Both results of '?:' are of one type: ${this.label(one)} does not go with ${this.label(other)}.`,
      range,
    );
  }

  private equality(left: Ast, right: Ast, tree: Call): Type {
    this.comparable(this.check(left), this.check(right), tree);
    return BOOL;
  }

  private comparable(one: Type, other: Type, range: Range): void {
    const names = new Set([one.name, other.name]);
    if (names.has("decimal") && names.has("double")) {
      throw new ExpressionError("expression_type", MIXED_NUMBERS, range);
    }
    const isNumeric = [one, other].every((type) => ["int", "double", "decimal"].includes(type.name));
    if (isNumeric || unify(one, other) || (names.has("record") && names.has("string"))) return;
    throw new ExpressionError(
      "expression_type",
      `${upper(this.label(one))} never equals ${this.label(other)}.`,
      range,
    );
  }

  private membership(item: Ast, container: Ast, tree: Call): Type {
    const [one, other] = [this.check(item), this.check(container)];
    if (isOpen(other)) return BOOL;
    if (other.name === "list") {
      this.comparable(one, other.element ?? DYN, tree);
      return BOOL;
    }
    if (other.name === "map" || other.name === "object") {
      this.comparable(one, STRING, tree);
      return BOOL;
    }
    const text = `'in' needs a list or a map on its right and not ${this.label(other)}.`;
    throw new ExpressionError("expression_type", text, container);
  }

  private operator(name: string, left: Ast, right: Ast, range: Range): Type {
    const [one, other] = [this.check(left), this.check(right)];
    const found = OPERATORS.get(`${one.name} ${name} ${other.name}`);
    if (found) {
      if (found.result === "list") return unify(one, other) ?? listOf(DYN);
      return { name: found.result };
    }
    const results = possible(one, name, other);
    const [first] = results;
    if ((isOpen(one) || isOpen(other)) && first && one.name !== "null" && other.name !== "null") {
      return results.size === 1 ? { name: first } : DYN;
    }
    const error = mismatch(name, one.name, other.name, [this.label(one), this.label(other)]);
    throw new ExpressionError(error.code, error.message, range);
  }
}

function literalType(value: null | boolean | bigint | number | string): Type {
  if (value === null) return NULL;
  if (typeof value === "bigint") return INT;
  return { name: typeof value === "number" ? "double" : typeof value === "boolean" ? "bool" : "string" };
}

/** The results that are possible where one operand may be anything. */
function possible(one: Type, name: string, other: Type): ReadonlySet<string> {
  const results = new Set<string>();
  for (const [key, operator] of OPERATORS) {
    const [left, symbol, right] = key.split(" ");
    const fits = (type: Type, kind = ""): boolean => isOpen(type) || type.name === kind;
    if (symbol === name && fits(one, left) && fits(other, right)) results.add(operator.result);
  }
  return results;
}

/** An average of integers is a decimal; of what cannot be added there is no sum. */
function aggregateType(name: string, result: Type, [given]: readonly Type[]): Type {
  if ((name !== "sum" && name !== "average") || given?.name !== "list") return result;
  const element = given.element ?? DYN;
  if (!isOpen(element) && !["int", "decimal", "double"].includes(element.name)) {
    throw new ExpressionError("expression_type", `${name}() needs a list of numbers.`);
  }
  return name === "average" && element.name === "int" ? DECIMAL : element;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
