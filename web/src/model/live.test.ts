import * as Y from "yjs";
import { describe, expect, it } from "vitest";

import { Snapshot } from "./snapshot";
import { BUTTON, exchange, PAGE, put, REGISTRY, STACK, world } from "./testing/fixtures";
import { ancestorsOf, treeRows } from "./tree";
import type { LiveNode, Place } from "./types";
import { snapshotsAt } from "./watching";

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
  it("is after any change what a fresh one of the same nodes is", () => {
    const nodes = [node("p", ["application", "pages", "a0"]), node("s", ["p", "children", "a0"]), node("t", ["p", "children", "a1"])];
    const changes: (readonly [string, LiveNode | null])[][] = [
      [["é", node("é", ["s", "children", "a0"])]],
      [["é", node("é", ["p", "header", "a0"])], ["s", { ...node("s", ["p", "children", "a2"]), type: "Grid@1" }]],
      [["t", null], ["s", node("s", null)]],
      [["s", node("s", ["application", "pages", "Zz"])], ["é", node("é", ["s", "children", "a0"])]],
    ];
    let snapshot = snapshotOf(...nodes);
    for (const change of changes) {
      // The index that is carried over has to be there first.
      snapshot.children("p", "children");
      snapshot = snapshot.next({}, new Map(change));
      const fresh = snapshotOf(...snapshot.nodes.values());
      for (const parent of ["application", "p", "s"]) {
        expect([...snapshot.slots(parent)].sort()).toEqual([...fresh.slots(parent)].sort());
        for (const slot of fresh.slots(parent)) expect(snapshot.children(parent, slot)).toEqual(fresh.children(parent, slot));
      }
      expect(snapshot.trash()).toEqual(fresh.trash());
    }
  });

  it("wakes who watches a node for the node and its children, and for nothing else", () => {
    const desk = world();
    const [page, other] = [put(desk, PAGE, "application", "pages"), put(desk, PAGE, "application", "pages")];
    const button = put(desk, BUTTON, page, "children");
    const woken: string[] = [];
    const watch = (id: string) => snapshotsAt(desk.live.snapshots, id).subscribe(() => woken.push(id));
    const stops = [page, other, button].map(watch);
    desk.editor.set(button, ["label"], "Größe");
    expect(woken.splice(0).toSorted()).toEqual([page, button].toSorted());
    const { shape } = desk.live.snapshots.get();
    desk.editor.set(other, ["name"], "é");
    expect(woken.splice(0)).toEqual([other]);
    expect(desk.live.snapshots.get().shape).toBe(shape);
    desk.editor.place(button, [other, "children", "a0"]);
    expect(woken.splice(0).toSorted()).toEqual([page, other, button].toSorted());
    expect(desk.live.snapshots.get().shape).not.toBe(shape);
    for (const stop of stops) stop();
    desk.editor.set(other, ["name"], "ü");
    expect(woken).toEqual([]);
  });

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
