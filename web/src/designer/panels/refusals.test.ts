import type * as Y from "yjs";
import { describe, expect, it } from "vitest";

import { readClip } from "../../model/clipboard";
import { BIRTH, LOCAL_EDIT } from "../../model/editor";
import { BUTTON, PAGE, put, STACK, world } from "../../model/testing/fixtures";
import { ROOT } from "../../model/types";
import { Journal } from "../conflicts/journal";
import { joinNotes, readNotes, writeNotes } from "../offline/notes";
import { Refusals } from "./refusals";

const VIEWER = { nodes: [], path: [], code: "auth_role", reason: "a viewer cannot edit this room" };

function scene() {
  const one = world();
  const page = put(one, PAGE, ROOT, "pages");
  const button = put(one, BUTTON, page, "children");
  const journal = new Journal((id) => ({ label: id, type: "" }));
  one.doc.on("afterTransaction", (transaction: Y.Transaction) => {
    if (transaction.origin === BIRTH) journal.recordBirths(transaction);
    else if (transaction.origin === LOCAL_EDIT) journal.record(transaction, 0);
  });
  return { ...one, page, button, journal, refusals: new Refusals(journal, one.doc) };
}

const propsOf = (doc: Y.Doc, node: string) => doc.getMap<Y.Map<unknown>>("nodes").get(node)?.get("props") as Y.Map<unknown>;

/** A text, and a new stack with a button in it, that wait; refused as a whole. */
function refused() {
  const here = scene();
  const { editor, live, journal, refusals, button, page } = here;
  editor.set(button, ["label"], "Größe 😀");
  const stack = put(here, STACK, page, "children");
  const inner = put(here, BUTTON, stack, "children");
  editor.set(inner, ["label"], "inside");
  expect(journal.waiting.get()).toHaveLength(4);
  const refusal = refusals.add(VIEWER, true, 1, live.snapshots.get());
  return { ...here, stack, inner, refusal };
}

describe("a refusal without nodes", () => {
  it("takes all that waits, and a new element whole", () => {
    const { refusal, journal, button, stack, inner } = refused();
    expect(journal.waiting.get()).toEqual([]);
    expect(refusal.values.map(({ node, kind }) => [node, kind])).toEqual([[button, "value"], [stack, "place"]]);
    const clip = refusal.values.find(({ node }) => node === stack)?.clip;
    const nodes = readClip(clip ?? "")?.fragment.nodes ?? [];
    expect(nodes.map(({ id }) => id)).toEqual([stack, inner]);
    expect(nodes[1]?.props.label).toBe("inside");
    expect(refusal.values.find(({ node }) => node === button)).toMatchObject({ mine: "Größe 😀" });
  });

  it("keeps its other values when one of them is tried again, and goes with the last", () => {
    const { refusals, refusal } = refused();
    const keys = refusal.values.map(({ key }) => key);
    for (const [index, key] of keys.entries()) {
      expect(refusals.list.get()[0]?.values.map((value) => value.key)).toEqual(keys.slice(index));
      refusals.settle(refusal.id, key);
    }
    expect(refusals.list.get()).toEqual([]);
  });

  it("is the same after its notes were written and read", () => {
    const { refusals, refusal } = refused();
    const written = writeNotes({ edits: [], refusals: refusals.list.get(), clients: [1], news: [refusal.id] });
    const read = readNotes(written);
    expect(JSON.parse(JSON.stringify(read.refusals))).toEqual(JSON.parse(JSON.stringify(refusals.list.get())));
    expect(read.news).toEqual([refusal.id]);
  });
});

describe("a refusal of what was sent letter by letter", () => {
  it("is one, with the newest words, until another thing is refused", () => {
    const { editor, journal, refusals, button, live } = scene();
    const message = { nodes: [button], path: ["nodes", button, "props", "label"], code: "check_permission", reason: "only owners" };
    const before = live.snapshots.get().node(button)?.props.label ?? "";
    for (const text of ["G", "Gr", "Größe"]) {
      editor.set(button, ["label"], text);
      const [edit] = journal.all;
      // The server has put it back before it says so.
      editor.doc.transact(() => propsOf(editor.doc, button).set("label", before), "server");
      refusals.add(message, false, edit?.at ?? 0);
    }
    expect(refusals.list.get().map(({ values }) => values.map(({ mine }) => mine))).toEqual([["Größe"]]);
    refusals.add({ ...message, code: "value_type" }, false, 0);
    expect(refusals.list.get()).toHaveLength(2);
  });
});

describe("the notes of several windows", () => {
  it("are joined, each refusal and client once, the newest edit of a register last", () => {
    const { refusals, refusal, journal, editor, button } = refused();
    const note = (text: string) => {
      editor.set(button, ["label"], text);
      return readNotes(writeNotes({ edits: journal.waiting.get(), refusals: refusals.list.get(), clients: [1, 2], news: [] }));
    };
    const joined = joinNotes([note("A"), note("B"), readNotes(null), readNotes("damaged")]);
    expect(joined.edits.map(({ mine }) => mine)).toEqual(["B"]);
    expect(joined.refusals.map(({ id }) => id)).toEqual([refusal.id]);
    expect(joined.clients).toEqual([1, 2]);
  });
});
