import * as Y from "yjs";
import { describe, expect, it } from "vitest";

import { BIRTH, LOCAL_EDIT } from "./editor";
import { fragmentOf } from "./fragment";
import { BUTTON, exchange, FIELD, MODEL, PAGE, put, STACK, world } from "./testing/fixtures";
import type { JsonObject } from "./types";
import { listEntries, setMembers } from "./value";

describe("a new node", () => {
  it("has all its containers from the start, as shared types", () => {
    const desk = world();
    const id = put(desk, BUTTON, put(desk, PAGE, "application", "pages"), "children");
    const props = (desk.doc.getMap("nodes").get(id) as Y.Map<unknown>).get("props") as Y.Map<unknown>;
    expect(props.get("note")).toBeInstanceOf(Y.Text);
    for (const name of ["tags", "style", "onClick", "steps"]) expect(props.get(name)).toBeInstanceOf(Y.Map);
    expect(props.get("label")).toBe("Button");
    expect(props.has("disabled")).toBe(false);
    expect(desk.live.snapshots.get().node(id)?.place?.slice(1)).toEqual(["children", "a0"]);
  });

  it("has a name and a path of its own", () => {
    const desk = world();
    const pages = [1, 2, 3].map(() => put(desk, PAGE, "application", "pages"));
    const snapshot = desk.live.snapshots.get();
    expect(pages.map((id) => snapshot.node(id)?.props.name)).toEqual(["Page", "Page2", "Page3"]);
    expect(new Set(pages.map((id) => snapshot.node(id)?.props.path)).size).toBe(3);
    put(desk, FIELD, put(desk, MODEL, "application", "dataModels"), "fields");
    expect(desk.live.snapshots.get().children("application", "dataModels")[0]?.type).toBe("DataModel@1");
  });

  it("lies in the Trash after its creation is undone, with what others put into it", () => {
    const desk = world();
    const page = put(desk, PAGE, "application", "pages");
    const undo = new Y.UndoManager(desk.doc.getMap("nodes"), { trackedOrigins: new Set([LOCAL_EDIT]), captureTimeout: 0 });
    const stack = put(desk, STACK, page, "children");
    const other = world();
    exchange(desk.doc, other.doc);
    const guest = put(other, BUTTON, stack, "children");
    exchange(desk.doc, other.doc);
    undo.undo();
    const snapshot = desk.live.snapshots.get();
    expect(snapshot.trash().map((node) => node.id)).toEqual([stack]);
    expect(snapshot.children(stack, "children").map((node) => node.id)).toEqual([guest]);
    undo.redo();
    expect(desk.live.snapshots.get().isLive(guest)).toBe(true);
  });

  it("is born by a transaction that undo does not know", () => {
    const desk = world();
    const origins: unknown[] = [];
    desk.doc.on("afterTransaction", (transaction) => origins.push(transaction.origin));
    put(desk, PAGE, "application", "pages");
    expect(origins).toEqual([BIRTH, LOCAL_EDIT]);
  });
});

describe("edits of properties", () => {
  const button = () => {
    const desk = world();
    const id = put(desk, BUTTON, put(desk, PAGE, "application", "pages"), "children");
    const props = (): JsonObject => desk.live.snapshots.get().node(id)?.props ?? {};
    return { ...desk, id, props };
  };

  it("set and reset one register", () => {
    const { editor, id, props } = button();
    editor.set(id, ["label"], "Größe 😀");
    expect(props().label).toBe("Größe 😀");
    editor.set(id, ["label"], undefined);
    expect("label" in props()).toBe(false);
  });

  it("write an expression as a shared text that can be typed into", () => {
    const { editor, id, props } = button();
    editor.set(id, ["disabled"], { expr: "a" });
    editor.type(id, ["disabled", "expr"], "a > 'é'");
    expect(props().disabled).toEqual({ expr: "a > 'é'" });
    expect(editor.text(id, ["disabled", "expr"])).toBeInstanceOf(Y.Text);
  });

  it("write a member of a plain object as the whole register", () => {
    const { editor, id, props } = button();
    editor.set(id, ["format", "style"], "currency");
    editor.set(id, ["format", "digits"], 2);
    expect(props().format).toEqual({ digits: 2, style: "currency" });
    editor.set(id, ["format", "style"], undefined);
    expect(props().format).toEqual({ digits: 2 });
  });

  it("keep both of two people's additions to a set, a map and a list", () => {
    const one = button();
    const two = world();
    exchange(one.doc, two.doc);
    const onClick = BUTTON.schema.properties?.onClick ?? {};
    one.editor.set(one.id, ["tags", "größe"], true);
    two.editor.set(one.id, ["tags", "東京"], true);
    one.editor.set(one.id, ["style", "--a"], "1");
    two.editor.set(one.id, ["style", "--b"], "2");
    one.editor.addEntry(one.id, ["onClick"], onClick, { action: "navigate" });
    two.editor.addEntry(one.id, ["onClick"], onClick, { action: "openDialog" });
    exchange(one.doc, two.doc);
    const props = one.props();
    expect(setMembers(props.tags)).toEqual(["größe", "東京"]);
    expect(props.style).toEqual({ "--a": "1", "--b": "2" });
    expect(listEntries(props.onClick).map(([, entry]) => entry.action).sort()).toEqual(["navigate", "openDialog"]);
    expect(two.live.snapshots.get().node(one.id)?.props).toEqual(props);
  });

  it("give a list's entry its own containers and move it", () => {
    const { editor, id, props, doc } = button();
    const steps = BUTTON.schema.properties?.steps ?? {};
    const ids = ["erstes", "zweites", "drittes"].map((value) => editor.addEntry(id, ["steps"], steps, { value }));
    editor.moveEntry(id, ["steps"], ids[2] as string, -1);
    editor.moveEntry(id, ["steps"], ids[0] as string, -1);
    expect(listEntries(props().steps).map(([, entry]) => entry.value)).toEqual(["erstes", "drittes", "zweites"]);
    const action = editor.addEntry(id, ["onClick"], BUTTON.schema.properties?.onClick ?? {}, {});
    const node = doc.getMap("nodes").get(id) as Y.Map<Y.Map<Y.Map<Y.Map<unknown>>>>;
    expect(node.get("props")?.get("onClick")?.get(action)?.get("values")).toBeInstanceOf(Y.Map);
  });

  it("empty a container without replacing it", () => {
    const { editor, id, doc } = button();
    const props = (doc.getMap("nodes").get(id) as Y.Map<unknown>).get("props") as Y.Map<unknown>;
    const tags = props.get("tags");
    editor.set(id, ["tags", "PII"], true);
    editor.clear(id, ["tags"]);
    expect(props.get("tags")).toBe(tags);
    expect((tags as Y.Map<unknown>).size).toBe(0);
  });

  it("reach the application's own properties", () => {
    const { editor, live } = button();
    editor.set("application", ["name"], "Aufträge");
    expect(live.snapshots.get().application.name).toBe("Aufträge");
  });

  it("make the containers of an application that has none yet", () => {
    const { editor, live, doc } = button();
    editor.set("application", ["metadata", "tags", "GDPR"], true);
    editor.set("application", ["metadata", "createdBy"], "Zoë");
    expect(live.snapshots.get().application.metadata).toEqual({ createdBy: "Zoë", tags: { GDPR: true } });
    expect((doc.getMap("application").get("metadata") as Y.Map<unknown>).get("tags")).toBeInstanceOf(Y.Map);
  });
});

describe("moving and copying", () => {
  it("moves by one and stops at the ends", () => {
    const desk = world();
    const ids = [1, 2, 3].map(() => put(desk, PAGE, "application", "pages"));
    const order = (): string[] => desk.live.snapshots.get().children("application", "pages").map((node) => node.id);
    expect(desk.editor.moveBy(ids[2] as string, -1, desk.live.snapshots.get())).toBe(true);
    expect(order()).toEqual([ids[0], ids[2], ids[1]]);
    expect(desk.editor.moveBy(ids[0] as string, -1, desk.live.snapshots.get())).toBe(false);
    expect(desk.editor.moveBy(ids[1] as string, 1, desk.live.snapshots.get())).toBe(false);
  });

  it("copies what is beneath, with references among the copies", () => {
    const desk = world();
    const stack = put(desk, STACK, put(desk, PAGE, "application", "pages"), "children");
    const button = put(desk, BUTTON, stack, "children");
    desk.editor.set(stack, ["first"], { ref: button });
    desk.editor.set(button, ["label"], "Größe 😀");
    const before = desk.live.snapshots.get();
    const [copy = ""] = desk.editor.insert(fragmentOf(before, [stack, button]), before, before.node(stack)?.place?.[0] ?? "", "children", 1);
    const snapshot = desk.live.snapshots.get();
    const child = snapshot.children(copy, "children")[0];
    expect(child?.id).not.toBe(button);
    expect(child?.props.label).toBe("Größe 😀");
    expect(snapshot.node(copy)?.props.first).toEqual({ ref: child?.id });
    expect(snapshot.children(snapshot.node(stack)?.place?.[0] ?? "", "children").map((node) => node.id)).toEqual([stack, copy]);
  });
});
