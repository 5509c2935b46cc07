import { describe, expect, it } from "vitest";

import { fragmentOf, movedNodes } from "./fragment";
import { namingProperty, withFreeNames } from "./names";
import { rangeOf } from "./ranges";
import { Registry } from "./registry";
import { mainSlot } from "./targets";
import { BUTTON, PAGE, put, STACK, world } from "./testing/fixtures";
import { sectionKey, treeRows } from "./tree";

const registry = new Registry([PAGE, STACK, BUTTON]);

describe("a pasted page", () => {
  it("gets a name and a path of its own, and what is in it keeps its words", () => {
    const desk = world();
    const page = put(desk, PAGE, "application", "pages");
    desk.editor.set(page, ["path"], "/orders/:id");
    put(desk, BUTTON, page, "children");
    const snapshot = desk.live.snapshots.get();
    const copy = withFreeNames(fragmentOf(snapshot, [page]), registry, snapshot, "application", "pages");
    expect(copy.nodes.map((node) => node.props.name ?? node.props.label)).toEqual(["Page2", "Button"]);
    expect(copy.nodes[0]?.props.path).toBe("/orders2/:id");
  });

  it("gets a path even where there is nothing to number", () => {
    const desk = world();
    const page = put(desk, PAGE, "application", "pages");
    desk.editor.set(page, ["path"], "/");
    const snapshot = desk.live.snapshots.get();
    const paths = withFreeNames(fragmentOf(snapshot, [page]), registry, snapshot, "application", "pages").nodes.map((node) => node.props.path);
    expect(paths).toEqual(["/page"]);
  });
});

describe("renaming", () => {
  it("edits the property that the label shows, and none that holds an expression", () => {
    const desk = world();
    const button = put(desk, BUTTON, put(desk, PAGE, "application", "pages"), "children");
    const node = () => { const found = desk.live.snapshots.get().node(button); if (found === undefined) throw new Error("gone"); return found; };
    expect(namingProperty(node(), registry)).toBe("label");
    desk.editor.set(button, ["label"], { expr: "record.name" });
    expect(namingProperty(node(), registry)).toBeNull();
  });
});

describe("ranges and drags", () => {
  it("take the nodes between, head last, never from the Trash and outside it at once", () => {
    const desk = world();
    const page = put(desk, PAGE, "application", "pages");
    const [a, b, c] = [1, 2, 3].map(() => put(desk, BUTTON, page, "children")) as [string, string, string];
    const rows = () => treeRows(desk.live.snapshots.get(), registry, new Set([sectionKey("pages"), page, "section:trash"]));
    expect(rangeOf(rows(), a, c)).toEqual([a, b, c]);
    expect(rangeOf(rows(), c, a)).toEqual([b, c, a]);
    desk.editor.removeAll([c]);
    expect(rangeOf(rows(), a, c)).toEqual([c]);
    expect(rangeOf(rows(), "application", c)).toEqual([]);
  });

  it("move the outermost nodes, deleted ones too", () => {
    const desk = world();
    const page = put(desk, PAGE, "application", "pages");
    const stack = put(desk, STACK, page, "children");
    const button = put(desk, BUTTON, stack, "children");
    const other = put(desk, BUTTON, page, "children");
    expect(movedNodes(desk.live.snapshots.get(), [button, stack, other])).toEqual([stack, other]);
    desk.editor.removeAll([stack]);
    expect(movedNodes(desk.live.snapshots.get(), [button, stack, other])).toEqual([other, stack]);
    expect(movedNodes(desk.live.snapshots.get(), [button])).toEqual([button]);
  });
});

describe("the main slot", () => {
  it("is the content and not the header, and nothing where only parts have names", () => {
    const desk = world();
    const card = { ...STACK, id: "Card", slots: { header: { accepts: ["component"] }, children: { accepts: ["component"] } } };
    const table = { ...STACK, id: "Table", slots: { toolbar: { accepts: ["component"] }, empty: { accepts: ["component"] } } };
    const all = new Registry([PAGE, BUTTON, card, table]);
    const page = put(desk, PAGE, "application", "pages");
    const moved = { kind: "types" as const, types: ["Button@1"] };
    const slotOf = (definition: typeof card): string | null => mainSlot(moved, put(desk, definition as typeof STACK, page, "children"), desk.live.snapshots.get(), all);
    expect(slotOf(card)).toBe("children");
    expect(slotOf(table as unknown as typeof card)).toBeNull();
  });
});
