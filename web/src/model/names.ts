/** Names: which property holds a node's, and free ones for what is pasted among others. */
import type { Fragment } from "./fragment";
import { type Registry, typeName } from "./registry";
import { editorKind } from "./schema";
import type { Snapshot } from "./snapshot";
import { freeName } from "./starters";
import type { Json, LiveNode } from "./types";
import { toText } from "./value";

/** The properties that name a node, in the order in which labels look for them. */
const NAMING = ["name", "title", "label", "text"] as const;

/** The property that renaming in place edits; null for a node without words of its own. */
export function namingProperty(node: LiveNode, registry: Registry): string | null {
  const properties = registry.byType(node.type)?.schema.properties ?? {};
  const editable = NAMING.filter((name) => {
    const schema = properties[name];
    const value = node.props[name];
    const isText = value === undefined || value === null || typeof value === "string";
    return schema !== undefined && isText && ["string", "text"].includes(editorKind(schema));
  });
  return editable.find((name) => typeof node.props[name] === "string" && node.props[name] !== "") ?? editable[0] ?? null;
}

/**
 * The fragment with names and paths for its roots that no sibling at the target has.
 *
 * As with new nodes, whatever has a `name` of its own is unique among its siblings, and a page's
 * path is too.
 */
export function withFreeNames(fragment: Fragment, registry: Registry, snapshot: Snapshot, parent: string, slot: string): Fragment {
  const siblings = snapshot.children(parent, slot);
  const names = new Set(siblings.map((node) => toText(node.props.name)));
  const paths = new Set(siblings.map((node) => toText(node.props.path)));
  const roots = new Set(fragment.roots);
  const nodes = fragment.nodes.map((node) => {
    if (!roots.has(node.id)) return node;
    const props: Record<string, Json> = { ...node.props };
    const properties = registry.byType(node.type)?.schema.properties;
    const nameSchema = properties?.name;
    if (typeof props.name === "string" && props.name !== "" && nameSchema !== undefined && editorKind(nameSchema) === "string") {
      props.name = freeName(props.name, names);
      names.add(props.name);
    }
    if (typeof props.path === "string" && typeName(node.type) === "Page") {
      props.path = freePath(props.path, paths);
      paths.add(props.path);
    }
    return { ...node, props };
  });
  return { roots: fragment.roots, nodes };
}

// The number goes to the last segment that is no parameter: `/orders/:id2` would match the same.
function freePath(path: string, taken: ReadonlySet<string>): string {
  if (!taken.has(path)) return path;
  const segments = path.split("/");
  const at = segments.findLastIndex((segment) => segment !== "" && !segment.startsWith(":"));
  if (at < 0) return freeName(path === "/" ? "/page" : `${path}/copy`, taken);
  for (let number = 2; ; number += 1) {
    const next = segments.map((segment, index) => (index === at ? `${segment}${number}` : segment)).join("/");
    if (!taken.has(next)) return next;
  }
}
