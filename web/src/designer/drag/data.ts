/**
 * What is being dragged: nodes that are here, a definition from the palette, or a section of nodes.
 *
 * Tree, canvas and palette drag and take the same; where it may stand, `model/targets` says.
 */
import type { Fragment } from "../../model/fragment";
import type { Moved } from "../../model/targets";

export type DragData =
  | { readonly kind: "nodes"; readonly ids: readonly string[] }
  | { readonly kind: "definition"; readonly type: string }
  | { readonly kind: "fragment"; readonly fragment: Fragment };

/** The key under which a drag carries its data, so that drags of other programs are told apart. */
const KEY = "design-rooms";

/** The data of a drag as the drag library carries it. */
export function carry(data: DragData): Record<string, unknown> {
  return { [KEY]: data };
}

/** What a drag carries, or null if it is none of the designer's. */
export function carried(data: Readonly<Record<string | symbol, unknown>>): DragData | null {
  return (data[KEY] as DragData | undefined) ?? null;
}

export function movedOf(data: DragData): Moved {
  switch (data.kind) {
    case "nodes":
      return { kind: "nodes", ids: data.ids };
    case "definition":
      return { kind: "types", types: [data.type] };
    case "fragment": {
      const roots = new Set(data.fragment.roots);
      return { kind: "types", types: data.fragment.nodes.filter((node) => roots.has(node.id)).map((node) => node.type) };
    }
  }
}
