/** The first values of a new node, so that it can be seen and named at once. */
import { editorKind, words } from "./schema";
import { slugOf } from "./slug";
import type { Snapshot } from "./snapshot";
import type { Definition, Json, JsonObject } from "./types";
import { toText } from "./value";

/**
 * Names unique among the siblings, a free path for pages, and for components the required texts.
 *
 * Whatever else is required stays out: the server lists it as a problem, which is better than a
 * made-up value that looks meant.
 */
export function starterProps(
  definition: Definition,
  snapshot: Snapshot,
  parent: string,
  slot: string,
): JsonObject {
  const properties = definition.schema.properties ?? {};
  const siblings = snapshot.children(parent, slot);
  const props: Record<string, Json> = {};
  const required = new Set(definition.schema.required ?? []);
  if (properties.name !== undefined && editorKind(properties.name) === "string") {
    const taken = new Set(siblings.map((node) => toText(node.props.name)));
    props.name = freeName(starterName(definition), taken);
  }
  if (properties.path !== undefined && required.has("path") && definition.id === "Page") {
    const taken = new Set(siblings.map((node) => toText(node.props.path)));
    props.path = freeName(`/${slugOf(toText(props.name))}`, taken);
  }
  if (definition.kind === "component") {
    for (const name of ["text", "label", "content"]) {
      const property = properties[name];
      if (property === undefined || !required.has(name)) continue;
      const kind = editorKind(property);
      if (kind === "string" || kind === "text") props[name] = words(definition.title);
    }
  }
  return props;
}

// Models are named as types, everything that expressions name as a member begins small.
function starterName(definition: Definition): string {
  const name = definition.id;
  const isType = ["DataModel", "Page"].includes(name);
  const short = name === "DataModel" ? "Model" : name;
  return isType ? short : short.charAt(0).toLowerCase() + short.slice(1);
}

/** The base itself, or with the first number that makes it unlike all that are taken. */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}${number}`)) number += 1;
  return `${base}${number}`;
}
