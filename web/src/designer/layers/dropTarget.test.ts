import { describe, expect, it } from "vitest";

import { Registry } from "../../model/registry";
import { BUTTON, MODEL, PAGE, put, STACK, world } from "../../model/testing/fixtures";
import { sectionKey, treeRows } from "../../model/tree";
import type { DragData } from "../drag/data";
import { dropAt, LEVEL_STEP, ROW_HEIGHT, type TreeDrop } from "./dropTarget";

const registry = new Registry([PAGE, STACK, BUTTON, MODEL]);
const NEW_BUTTON: DragData = { kind: "definition", type: "Button@1" };

// Application, Pages, page, stack, first, second, last, then the other sections and the Trash.
function scene() {
  const desk = world();
  const page = put(desk, PAGE, "application", "pages");
  const stack = put(desk, STACK, page, "children");
  const [first, second] = [1, 2].map(() => put(desk, BUTTON, stack, "children")) as [string, string];
  const last = put(desk, BUTTON, page, "children");
  const at = (key: string, share: number, data: DragData = NEW_BUTTON, folded: readonly string[] = [], x = 400): TreeDrop | null => {
    const snapshot = desk.live.snapshots.get();
    const expanded = new Set([sectionKey("pages"), page, stack].filter((other) => !folded.includes(other)));
    const rows = treeRows(snapshot, registry, expanded);
    const index = rows.findIndex((row) => row.key === key);
    return dropAt(rows, { x, y: (index + share) * ROW_HEIGHT }, data, snapshot, registry);
  };
  return { desk, page, stack, first, second, last, at };
}

describe("a drop in the tree", () => {
  it("goes before a row, behind it, or into it where it holds anything", () => {
    const { stack, first, page, at } = scene();
    expect(at(first, 0.4)).toMatchObject({ kind: "gap", target: { parent: stack, slot: "children", index: 0 }, obstacle: null });
    expect(at(first, 0.6)).toMatchObject({ kind: "gap", target: { parent: stack, index: 1 } });
    expect(at(stack, 0.1)).toMatchObject({ kind: "gap", target: { parent: page, index: 0 } });
    expect(at(stack, 0.5)).toMatchObject({ kind: "into", target: { parent: stack, index: 2 } });
  });

  it("goes to the beginning of an unfolded row, and behind a folded one", () => {
    const { stack, page, at } = scene();
    expect(at(stack, 0.9)).toMatchObject({ kind: "gap", level: 4, target: { parent: stack, index: 0 } });
    expect(at(stack, 0.9, NEW_BUTTON, [stack])).toMatchObject({ kind: "gap", level: 3, target: { parent: page, index: 1 } });
  });

  it("takes the level of an ancestor where the pointer is nearer to the edge", () => {
    const { stack, second, page, at } = scene();
    expect(at(second, 0.9)).toMatchObject({ level: 4, target: { parent: stack, index: 2 } });
    expect(at(second, 0.9, NEW_BUTTON, [], 2 * LEVEL_STEP)).toMatchObject({ level: 3, target: { parent: page, index: 1 } });
  });

  it("says why something may not stand there", () => {
    const { desk, stack, page, first, at } = scene();
    expect(at(sectionKey("pages"), 0.5)).toMatchObject({ kind: "into", obstacle: "kind" });
    expect(at(first, 0.4, { kind: "nodes", ids: [stack] })).toMatchObject({ obstacle: "inside" });
    expect(at(page, 0.1, NEW_BUTTON)).toMatchObject({ kind: "gap", obstacle: "kind" });
    const model = put(desk, MODEL, "application", "dataModels");
    expect(at(stack, 0.5, { kind: "nodes", ids: [model] })).toMatchObject({ obstacle: "kind" });
  });

  it("deletes over the Trash what is there, and nothing that comes from the palette", () => {
    const { desk, first, second, at } = scene();
    expect(at("section:trash", 0.5, { kind: "nodes", ids: [first] })).toMatchObject({ kind: "trash", ids: [first] });
    expect(at("section:trash", 0.5)).toBeNull();
    desk.editor.removeAll([second]);
    expect(at("section:trash", 0.5, { kind: "nodes", ids: [second] })).toBeNull();
    // Out of the Trash it goes to the very place.
    expect(at(first, 0.4, { kind: "nodes", ids: [second] })).toMatchObject({ kind: "gap", target: { index: 0 }, obstacle: null });
  });
});
