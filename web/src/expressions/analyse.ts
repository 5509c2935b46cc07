/**
 * What an expression reads: the roots and the paths from them.
 *
 * `record.lines.map(line, line.product.sku)` reads `record.lines.*.product.sku`. Values are followed
 * through macros, choices and literals, so that the paths hold everything that is ever looked at:
 * the server sends only these, and works a computed field out again when one of them changes.
 * Where only the number of a list's items matters, its items' ids stand for it.
 */
import type { Ast, Call, Macro } from "./ast";
import { ExpressionError } from "./errors";
import { PATHS_MAX } from "./limits";

export type Path = readonly string[];

export interface Reading {
  readonly roots: readonly string[];
  readonly paths: readonly Path[];
}

/** Where a value may have come from. */
interface Origin {
  readonly paths: readonly Path[];
  /** Of a list that was made here. */
  readonly element?: Origin;
  /** Of a map that was made here. */
  readonly fields?: ReadonlyMap<string, Origin>;
}

const NOWHERE: Origin = { paths: [] };
/** Functions that hand one of their arguments on as it is. */
const CHOICES = new Set(["?:", "coalesce"]);
const FIRSTS = new Set(["first", "last"]);

/** Returns what the tree reads, sorted. */
export function read(tree: Ast): Reading {
  return new Reader().reading(tree);
}

class Reader {
  private readonly roots = new Set<string>();
  private readonly found = new Map<string, Path>();
  private readonly counted = new Map<string, Path>();
  private readonly variables = new Map<string, Origin[]>();

  reading(tree: Ast): Reading {
    this.use(this.origin(tree));
    for (const [key, path] of this.counted) {
      const isRead = [...this.found.keys()].some((other) => other.startsWith(key) || key.startsWith(other));
      if (!isRead) this.keep([...path, "id"]);
    }
    const paths = [...this.found].sort(([one], [other]) => (one < other ? -1 : 1));
    return { roots: [...this.roots].sort(), paths: paths.map(([, path]) => path) };
  }

  private keep(path: Path): void {
    this.found.set(keyOf(path), path);
  }

  /** The value itself matters, with all that is in it. */
  private use(origin: Origin): void {
    for (const path of origin.paths) this.keep(path);
    if (origin.element) this.use(origin.element);
    for (const field of origin.fields?.values() ?? []) this.use(field);
  }

  /** Which items there are matters, whatever is in them. */
  private count(origin: Origin): void {
    for (const path of origin.paths) this.counted.set(keyOf([...path, "*"]), [...path, "*"]);
    for (const path of origin.element?.paths ?? []) this.counted.set(keyOf(path), path);
  }

  private origin(tree: Ast): Origin {
    switch (tree.kind) {
      case "literal":
        return NOWHERE;
      case "identifier": {
        const variable = this.variables.get(tree.name)?.at(-1);
        if (variable) return variable;
        this.roots.add(tree.name);
        return { paths: [[tree.name]] };
      }
      case "select":
        return field(this.origin(tree.operand), tree.field);
      case "has":
        this.use(field(this.origin(tree.operand), tree.field));
        return NOWHERE;
      case "index": {
        const operand = this.origin(tree.operand);
        this.use(this.origin(tree.index));
        if (tree.index.kind === "literal" && typeof tree.index.value === "string") {
          return field(operand, tree.index.value);
        }
        return joined([element(operand), ...(operand.fields?.values() ?? [])]);
      }
      case "list":
        return { paths: [], element: joined(tree.items.map((item) => this.origin(item))) };
      case "map":
        return this.map(tree.entries);
      case "call":
        return this.call(tree);
      case "macro":
        return this.macro(tree);
    }
  }

  private map(entries: readonly (readonly [Ast, Ast])[]): Origin {
    const fields = new Map<string, Origin>();
    entries.forEach(([key, value], index) => {
      this.use(this.origin(key));
      const isNamed = key.kind === "literal" && typeof key.value === "string";
      // A key that is worked out may be any: what stands under it is read whole.
      if (isNamed) fields.set(String(key.value), this.origin(value));
      else fields.set(`*${String(index)}`, this.used(this.origin(value)));
    });
    return { paths: [], fields };
  }

  private used(origin: Origin): Origin {
    this.use(origin);
    return origin;
  }

  private call(tree: Call): Origin {
    const given = tree.arguments.map((argument) => this.origin(argument));
    const target = tree.target ? this.origin(tree.target) : null;
    const [first] = given;
    if (tree.target === null && CHOICES.has(tree.function)) {
      if (tree.function === "?:" && first) this.use(first);
      return joined(tree.function === "?:" ? given.slice(1) : given);
    }
    const list = target ?? first;
    if (list && tree.function === "size") {
      if (isList(tree.target ?? tree.arguments[0])) this.count(list);
      else this.use(list);
      return NOWHERE;
    }
    if (target && FIRSTS.has(tree.function)) return this.counting(target);
    if (tree.target === null && tree.function === "+") {
      const elements = given.filter((origin) => origin.element);
      // Lists that are joined keep the origins of their items.
      if (elements.length === given.length) return { paths: [], element: joined(given.map(element)) };
    }
    for (const origin of target ? [target, ...given] : given) this.use(origin);
    return NOWHERE;
  }

  private counting(list: Origin): Origin {
    this.count(list);
    return element(list);
  }

  private macro(tree: Macro): Origin {
    const target = this.origin(tree.target);
    const item = this.counting(target);
    const stack = this.variables.get(tree.variable) ?? [];
    this.variables.set(tree.variable, [...stack, item]);
    const body = this.origin(tree.body);
    const second = tree.second ? this.origin(tree.second) : null;
    this.variables.set(tree.variable, stack);
    if (tree.name === "map") {
      if (second) this.use(body);
      return { paths: [], element: second ?? body };
    }
    this.use(body);
    return tree.name === "filter" ? { paths: [], element: item } : NOWHERE;
  }
}

/** Whether the tree surely is a list of the kind whose items can be told by their ids. */
function isList(tree: Ast | undefined): boolean {
  return tree?.kind === "macro" && (tree.name === "filter" || tree.name === "map");
}

function keyOf(path: Path): string {
  return path.map((part) => `${part}\u0000`).join("");
}

function field(origin: Origin, name: string): Origin {
  const made = origin.fields?.get(name);
  const others = [...(origin.fields ?? [])].filter(([key]) => key.startsWith("*"));
  return joined([
    { paths: origin.paths.map((path) => [...path, name]) },
    ...(made ? [made] : []),
    ...others.map(([, other]) => other),
  ]);
}

function element(origin: Origin): Origin {
  const own = { paths: origin.paths.map((path) => [...path, "*"]) };
  return origin.element ? joined([own, origin.element]) : own;
}

function joined(given: readonly Origin[]): Origin {
  const origins = [...new Set(given)];
  const paths = new Map<string, Path>();
  for (const path of origins.flatMap((origin) => origin.paths)) paths.set(keyOf(path), path);
  // Alternatives within alternatives multiply.
  if (paths.size > PATHS_MAX) {
    throw new ExpressionError("expression_limit", "The expression reads too many things.");
  }
  const elements = origins.flatMap((origin) => (origin.element ? [origin.element] : []));
  const fields = new Map<string, Origin>();
  for (const origin of origins) {
    for (const [name, value] of origin.fields ?? []) {
      const before = fields.get(name);
      fields.set(name, before ? joined([before, value]) : value);
    }
  }
  return {
    paths: [...paths.values()],
    ...(elements.length > 0 ? { element: joined(elements) } : {}),
    ...(fields.size > 0 ? { fields } : {}),
  };
}
