/**
 * The names that an expression mentions, and of what: found leniently, so that an expression with
 * mistakes still tells what it is about.
 *
 * `expressions/check` answers whether an expression is right and stops at the first mistake. Impact
 * lists and renaming ask something else: which of its names is a field of which data model, and
 * where does the name stand. What cannot be told is said to be unknown, never guessed.
 */
import type { Ast, Call, Macro } from "../../expressions/ast";
import type { Scope } from "../../expressions/check";
import type { Range } from "../../expressions/errors";
import { analyse } from "../../expressions/index";
import { BOOL, DYN, INT, isOpen, listOf, NULL, own, type Schema, STRING, type Type, unify } from "../../expressions/types";

/** What a name is a part of. */
export type Owner =
  | { readonly kind: "record"; readonly model: string }
  | { readonly kind: "models" }
  | { readonly kind: "enums" }
  | { readonly kind: "enumFields"; readonly model: string }
  | { readonly kind: "vars" }
  | { readonly kind: "steps" }
  /** It stands alone: a root such as `record`, or the item of a loop. */
  | { readonly kind: "nothing" }
  | { readonly kind: "other" }
  | { readonly kind: "unknown" };

export interface Mention {
  readonly name: string;
  /** Where the name stands in the source, in UTF-16 units. */
  readonly range: Range;
  readonly owner: Owner;
}

/** A text in an expression, and the field that it is compared with, if that can be told. */
export interface TextMention {
  readonly value: string;
  readonly range: Range;
  readonly field: FieldName | null;
}

export interface FieldName {
  readonly model: string;
  readonly name: string;
}

export interface Reading {
  readonly mentions: readonly Mention[];
  readonly texts: readonly TextMention[];
  /** The type of the whole; open where it cannot be told. */
  readonly type: Type;
}

const NOTHING: Reading = { mentions: [], texts: [], type: DYN };

/** Reads one expression; one that is no expression mentions nothing. */
export function readExpression(source: string, scope: Scope, schema: Schema): Reading {
  const analysis = analyse(source);
  return analysis.ok ? new Reader(source, scope, schema).read(analysis.value.ast) : NOTHING;
}

interface Seen {
  readonly type: Type;
  readonly field: FieldName | null;
}

const OPEN: Seen = { type: DYN, field: null };
const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "in"]);
const LOGIC: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "in"]);
const FIRSTS: ReadonlySet<string> = new Set(["first", "last"]);

class Reader {
  readonly #mentions: Mention[] = [];
  readonly #texts = new Map<number, TextMention>();
  readonly #variables: (readonly [name: string, type: Type])[] = [];

  constructor(
    private readonly source: string,
    private readonly scope: Scope,
    private readonly schema: Schema,
  ) {}

  read(tree: Ast): Reading {
    const { type } = this.#see(tree);
    return { mentions: this.#mentions, texts: [...this.#texts.values()], type };
  }

  #see(tree: Ast): Seen {
    switch (tree.kind) {
      case "literal":
        return this.#literal(tree);
      case "identifier":
        return this.#identifier(tree);
      case "select":
        return this.#member(tree.operand, tree.field, this.#nameRange(tree.field, tree.end));
      case "has":
        this.#member(tree.operand, tree.field, this.#nameRange(tree.field, tree.end));
        return { type: BOOL, field: null };
      case "index":
        return this.#index(tree.operand, tree.index);
      case "list":
        return { type: listOf(this.#common(tree.items)), field: null };
      case "map":
        for (const [key, value] of tree.entries) {
          this.#see(key);
          this.#see(value);
        }
        return OPEN;
      case "macro":
        return this.#macro(tree);
      case "call":
        return this.#call(tree);
    }
  }

  #literal(tree: Extract<Ast, { kind: "literal" }>): Seen {
    const { value, start, end } = tree;
    if (typeof value === "string") {
      const range = this.#inQuotes(value, start, end);
      if (range !== null) this.#texts.set(start, { value, range, field: null });
      return { type: STRING, field: null };
    }
    if (value === null) return { type: NULL, field: null };
    return { type: typeof value === "bigint" ? INT : typeof value === "boolean" ? BOOL : DYN, field: null };
  }

  #identifier({ name, start, end }: Extract<Ast, { kind: "identifier" }>): Seen {
    // A variable of `map` or `filter` is another one, whatever it is called.
    const isOwn = this.#variables.some(([known]) => known === name);
    if (!isOwn) this.#mentions.push({ name, range: { start, end }, owner: { kind: "nothing" } });
    return { type: this.#typeOf(name), field: null };
  }

  #typeOf(name: string): Type {
    return this.#variables.findLast(([known]) => known === name)?.[1] ?? own(this.scope, name) ?? DYN;
  }

  // Blanks and comments may stand between a name and the end of its node, as in `has(a.b )`.
  #nameRange(name: string, end: number): Range {
    const start = this.source.lastIndexOf(name, end - name.length);
    return { start, end: start + name.length };
  }

  // A text with escapes is longer than its value; such a text is no name.
  #inQuotes(value: string, start: number, end: number): Range | null {
    const at = this.source.slice(start, end).indexOf(value);
    return at < 0 || value === "" ? null : { start: start + at, end: start + at + value.length };
  }

  #member(operand: Ast, name: string, range: Range): Seen {
    const owner = this.#owner(operand);
    const seen = this.#see(operand);
    const { type } = seen;
    const isRecord = owner.kind === "other" && type.name === "record";
    this.#mentions.push({
      name,
      range,
      owner: isRecord ? { kind: "record", model: type.model ?? "" } : owner.kind === "other" && isOpen(type) ? { kind: "unknown" } : owner,
    });
    if (type.name === "map") return { type: type.element ?? DYN, field: null };
    if (type.name === "object") return { type: own(type.fields ?? {}, name) ?? DYN, field: null };
    if (type.name !== "record") return OPEN;
    const fields = own(this.schema.models, type.model ?? "")?.fields ?? {};
    return { type: own(fields, name) ?? DYN, field: { model: type.model ?? "", name } };
  }

  // `models.Order` and `enums.Order.status` name models and fields by what stands before them.
  #owner(operand: Ast): Owner {
    if (this.#isRoot(operand, "models")) return { kind: "models" };
    if (this.#isRoot(operand, "enums")) return { kind: "enums" };
    if (this.#isRoot(operand, "vars")) return { kind: "vars" };
    if (this.#isRoot(operand, "steps")) return { kind: "steps" };
    if (operand.kind === "select" && this.#isRoot(operand.operand, "enums")) return { kind: "enumFields", model: operand.field };
    return { kind: "other" };
  }

  #isRoot(tree: Ast, name: string): boolean {
    return tree.kind === "identifier" && tree.name === name && !this.#variables.some(([known]) => known === name);
  }

  #index(operand: Ast, index: Ast): Seen {
    if (index.kind === "literal" && typeof index.value === "string") {
      const range = this.#inQuotes(index.value, index.start, index.end);
      if (range !== null) return this.#member(operand, index.value, range);
    }
    const { type } = this.#see(operand);
    this.#see(index);
    return { type: type.name === "list" || type.name === "map" ? (type.element ?? DYN) : DYN, field: null };
  }

  #common(items: readonly Ast[]): Type {
    const types = items.map((item) => this.#see(item).type);
    return types.length === 0 ? DYN : types.reduce((one, other) => unify(one, other) ?? DYN);
  }

  #macro(tree: Macro): Seen {
    const target = this.#see(tree.target).type;
    const item = target.name === "list" ? (target.element ?? DYN) : DYN;
    this.#variables.push([tree.variable, item]);
    const body = this.#see(tree.body);
    const second = tree.second === null ? null : this.#see(tree.second);
    this.#variables.pop();
    if (tree.name === "map") return { type: listOf((second ?? body).type), field: null };
    return { type: tree.name === "filter" ? listOf(item) : BOOL, field: null };
  }

  #call(tree: Call): Seen {
    const target = tree.target === null ? null : this.#see(tree.target);
    const given = tree.arguments.map((argument) => this.#see(argument));
    if (tree.target === null && COMPARISONS.has(tree.function)) this.#compare(tree, given);
    if (tree.target === null && LOGIC.has(tree.function)) return { type: BOOL, field: null };
    const list = target ?? given[0];
    if (FIRSTS.has(tree.function) && list?.type.name === "list") return { type: list.type.element ?? DYN, field: null };
    const choices = tree.function === "?:" ? given.slice(1) : tree.function === "coalesce" || tree.function === "+" ? given : [];
    const types = choices.map((choice) => choice.type);
    if (types.length === 0) return OPEN;
    return { type: types.reduce((one, other) => unify(one, other) ?? DYN), field: null };
  }

  // `record.status == 'draft'` and `record.status in ['draft', 'sent']` say which field the texts are of.
  #compare(tree: Call, given: readonly Seen[]): void {
    const [left, right] = tree.arguments;
    if (left === undefined || right === undefined) return;
    const field = given[0]?.field ?? (tree.function === "in" ? null : (given[1]?.field ?? null));
    if (field === null) return;
    for (const side of right.kind === "list" ? [left, ...right.items] : [left, right]) {
      const text = side.kind === "literal" ? this.#texts.get(side.start) : undefined;
      if (text !== undefined) this.#texts.set(side.start, { ...text, field });
    }
  }
}
