import * as Y from "yjs";
import { describe, expect, it } from "vitest";

import { Snapshot } from "./snapshot";
import { BUTTON, exchange, PAGE, put, REGISTRY, STACK, world } from "./testing/fixtures";
import { ancestorsOf, treeRows } from "./tree";
import type { LiveNode, Place } from "./types";

const node = (id: string, place: Place | null): LiveNode => ({ id, type: "Stack@1", place, props: {} });
const snapshotOf = (...nodes: LiveNode[]): Snapshot => new Snapshot({}, new Map(nodes.map((one) => [one.id, one])));

describe("the live model", () => {
  it("equals a fresh reading of the document after any edit", () => {
    const desk = world();
    const page = put(desk, PAGE, "application", "pages");
    const button = put(desk, BUTTON, page, "children");
    desk.editor.set(button, ["label"], "Größe");
    desk.editor.type(button, ["note"], "Zürich 😀");
    desk.editor.place(button, null);
    const fresh = desk.doc.getMap("nodes").toJSON() as Record<string, LiveNode>;
    for (const [id, one] of desk.live.snapshots.get().nodes) expect(one).toEqual({ id, ...fresh[id] });
  });

  it("keeps the objects of nodes that did not change", () => {
    const desk = world();
    const [page, other] = [put(desk, PAGE, "application", "pages"), put(desk, PAGE, "application", "pages")];
    const before = desk.live.snapshots.get();
    desk.editor.set(page, ["name"], "Übersicht");
    const after = desk.live.snapshots.get();
    expect(after.node(other)).toBe(before.node(other));
    expect(after.node(page)).not.toBe(before.node(page));
    expect(after.children("application", "pages").map((one) => one.props.name)).toEqual(["Übersicht", "Page2"]);
  });

  it("tells what somebody else changed, and nothing of one's own", () => {
    const [here, there] = [world(), world()];
    const page = put(here, PAGE, "application", "pages");
    exchange(here.doc, there.doc);
    there.live.remote.set([]);
    here.editor.set(page, ["name"], "é");
    expect(here.live.remote.get()).toEqual([]);
    exchange(here.doc, there.doc);
    expect(there.live.remote.get()).toEqual([{ node: page, key: "name" }]);
  });

  it("passes over what is no node", () => {
    const desk = world();
    desk.doc.getMap("nodes").set("a", "no node");
    desk.doc.getMap("nodes").set("b", new Y.Map([["type", "Stack@1"], ["place", ["x"]]]));
    expect([...desk.live.snapshots.get().nodes.keys()]).toEqual(["b"]);
    expect(desk.live.snapshots.get().node("b")?.place).toBeNull();
  });
});

describe("a snapshot", () => {
  it("lists as Trash what was deleted itself, and not what is beneath it", () => {
    const snapshot = snapshotOf(node("p", ["application", "pages", "a0"]), node("d", null), node("c", ["d", "children", "a0"]));
    expect(snapshot.trash().map(({ id }) => id)).toEqual(["d"]);
    expect(snapshot.isLive("c")).toBe(false);
  });

  it("ends in a cycle instead of running for ever", () => {
    const snapshot = snapshotOf(node("a", ["b", "children", "a0"]), node("b", ["a", "children", "a0"]));
    expect(snapshot.path("a")).toEqual([]);
    expect(snapshot.subtree("a").map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("orders by key and then by id", () => {
    const snapshot = snapshotOf(
      node("z", ["application", "pages", "a0"]),
      node("b", ["application", "pages", "Zz"]),
      node("a", ["application", "pages", "a0"]),
    );
    expect(snapshot.children("application", "pages").map(({ id }) => id)).toEqual(["b", "a", "z"]);
  });
});

describe("the layer tree", () => {
  it("shows what is unfolded, with levels and positions", () => {
    const desk = world();
    const page = put(desk, PAGE, "application", "pages");
    const stack = put(desk, STACK, page, "children");
    const button = put(desk, BUTTON, stack, "children");
    const snapshot = desk.live.snapshots.get();
    const expanded = new Set(ancestorsOf(button, snapshot));
    expect([...expanded]).toEqual(["section:pages", page, stack]);
    const rows = treeRows(snapshot, REGISTRY, expanded);
    expect(rows.map((row) => [row.key, row.level])).toEqual([
      ["application", 1],
      ["section:pages", 1],
      [page, 2],
      [stack, 3],
      [button, 4],
      ["section:dataModels", 1],
      ["section:trash", 1],
    ]);
    expect(treeRows(snapshot, REGISTRY, new Set()).length).toBe(4);
  });

  it("stays quick with a thousand nodes", () => {
    const nodes = Array.from({ length: 1000 }, (_, index) => node(`n${index}`, ["p", "children", `a${String(index).padStart(4, "0")}1`]));
    const snapshot = snapshotOf(node("p", ["application", "pages", "a0"]), ...nodes);
    const started = performance.now();
    const rows = treeRows(snapshot, REGISTRY, new Set(["section:pages", "p"]));
    expect(rows.length).toBe(1005);
    expect(performance.now() - started).toBeLessThan(200);
  });
});
