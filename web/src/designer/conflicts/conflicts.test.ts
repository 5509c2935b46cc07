import type * as Y from "yjs";
import { describe, expect, it } from "vitest";

import { BIRTH, LOCAL_EDIT } from "../../model/editor";
import { BUTTON, exchange, PAGE, put, STACK, type World, world } from "../../model/testing/fixtures";
import { ROOT } from "../../model/types";
import { Conflicts } from "./conflicts";
import { Journal, RECENT_MS, standing } from "./journal";

interface Side extends World {
  readonly journal: Journal;
  readonly conflicts: Conflicts;
  now: number;
}

function side(isKnown: (client: number) => boolean = () => true): Side {
  const one = world();
  const journal = new Journal((id) => ({ label: id, type: "" }));
  const conflicts = new Conflicts(journal, one.editor);
  const self: Side = { ...one, journal, conflicts, now: 0 };
  one.doc.on("afterTransaction", (transaction: Y.Transaction) => {
    if (transaction.origin === BIRTH) journal.recordBirths(transaction);
    else if (transaction.origin === LOCAL_EDIT) {
      const keys = new Set(journal.record(transaction, self.now).map(({ key }) => key));
      conflicts.drop(({ id }) => keys.has(id));
    } else if (!transaction.local) conflicts.watch(transaction, (client) => client === one.doc.clientID, isKnown, self.now);
  });
  return self;
}

function scene(): { readonly ann: Side; readonly ben: Side; readonly page: string; readonly button: string } {
  const [ann, ben] = [side(), side()];
  const page = put(ann, PAGE, ROOT, "pages");
  const button = put(ann, BUTTON, page, "children");
  exchange(ann.doc, ben.doc);
  ann.journal.settle(0);
  ann.now = ben.now = RECENT_MS + 1;
  ann.journal.settle(ann.now);
  return { ann, ben, page, button };
}

const meet = (a: World, b: World): void => exchange(a.doc, b.doc);
const label = ({ doc }: World, node: string) => standing(doc, { node, kind: "value", path: ["label"] });

describe("an element that one has just made", () => {
  it("is moved or deleted by somebody else without a conflict, and moved again it is new no more", () => {
    for (const slot of ["children", null]) {
      const { ann, ben, page } = scene();
      const stack = put(ann, STACK, page, "children");
      const made = put(ann, BUTTON, page, "children");
      meet(ann, ben);
      ann.journal.settle(ann.now);
      ben.editor.place(made, slot === null ? null : [stack, slot, "a0"]);
      meet(ann, ben);
      expect(ann.conflicts.list.get()).toEqual([]);
      ann.editor.place(made, [page, "children", "a5"]);
      expect(ann.journal.waiting.get()).toMatchObject([{ node: made, isNew: false }]);
    }
  });
});

describe("two values of one property", () => {
  it("are shown to both authors, whichever stands", () => {
    for (let round = 0; round < 8; round += 1) {
      const { ann, ben, button } = scene();
      ann.editor.set(button, ["label"], "Größe");
      ben.editor.set(button, ["label"], "Menge 😀");
      meet(ann, ben);
      const stands = label(ann, button) === "Größe" ? "mine" : "theirs";
      expect(ann.conflicts.list.get()).toMatchObject([
        { node: button, path: ["label"], mine: "Größe", theirs: "Menge 😀", client: ben.doc.clientID, stands },
      ]);
      expect(ben.conflicts.list.get()).toMatchObject([{ mine: "Menge 😀", theirs: "Größe", client: ann.doc.clientID }]);
    }
  });

  it.each(["mine", "theirs"] as const)("are settled by choosing %s", (whose) => {
    for (let round = 0; round < 4; round += 1) {
      const { ann, ben, button } = scene();
      ann.editor.set(button, ["label"], "A");
      ben.editor.set(button, ["label"], { expr: "b" });
      meet(ann, ben);
      ann.conflicts.choose(ann.conflicts.list.get()[0]?.id ?? "", whose);
      expect(ann.conflicts.list.get()).toEqual([]);
      expect(label(ann, button)).toEqual(whose === "mine" ? "A" : { expr: "b" });
    }
  });

  it("are no conflict when they are the same, or long apart, or of different properties", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["label"], "A");
    ann.editor.set(button, ["disabled"], true);
    ben.editor.set(button, ["label"], "A");
    meet(ann, ben);
    expect([...ann.conflicts.list.get(), ...ben.conflicts.list.get()]).toEqual([]);
    ann.journal.settle(ann.now);
    ann.now += RECENT_MS + 1;
    ben.editor.set(button, ["disabled"], false);
    meet(ann, ben);
    expect(ann.conflicts.list.get()).toEqual([]);
  });

  it("are told within some seconds after the own one was stored, and for as long as it waits", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["disabled"], true);
    ann.journal.settle(ann.now);
    ann.now += RECENT_MS - 1;
    meet(ann, ben);
    ben.editor.set(button, ["disabled"], false);
    meet(ann, ben);
    expect(ann.conflicts.list.get()).toMatchObject([{ mine: true, theirs: false, stands: "theirs" }]);
    ann.editor.set(button, ["label"], "offline");
    expect(ann.conflicts.list.get()).toHaveLength(1);
    ann.now += 100 * RECENT_MS;
    ben.editor.set(button, ["label"], "online");
    meet(ann, ben);
    expect(ann.conflicts.list.get()).toHaveLength(2);
  });

  it("are settled by writing the value again", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["label"], "A");
    ben.editor.set(button, ["label"], "B");
    meet(ann, ben);
    ann.editor.set(button, ["label"], "C");
    expect(ann.conflicts.list.get()).toEqual([]);
  });

  it("tell that another has taken the value away", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["label"], "A");
    meet(ann, ben);
    ben.editor.set(button, ["label"], undefined);
    meet(ann, ben);
    expect(ann.conflicts.list.get()).toMatchObject([{ mine: "A", theirs: undefined, client: null }]);
    ann.conflicts.choose(ann.conflicts.list.get()[0]?.id ?? "", "mine");
    expect(label(ann, button)).toBe("A");
  });

  it("are told where the other took theirs back before one heard of it, and one's own went with it", () => {
    const seen = new Set<string>();
    for (let round = 0; round < 32 && seen.size < 2; round += 1) {
      const { ann, ben, button } = scene();
      ann.editor.set(button, ["label"], "Größe");
      ben.editor.set(button, ["label"], "Menge 😀");
      ben.editor.set(button, ["label"], undefined);
      meet(ann, ben);
      // Which of the two stands last in the chain is Yjs's choice, by the numbers of the clients.
      const isMine = label(ann, button) === "Größe";
      seen.add(isMine ? "mine" : "theirs");
      expect(ann.conflicts.list.get()).toMatchObject(isMine ? [] : [{ mine: "Größe", theirs: undefined, client: ben.doc.clientID, stands: "theirs" }]);
      if (isMine) continue;
      ann.conflicts.choose(ann.conflicts.list.get()[0]?.id ?? "", "mine");
      expect(label(ann, button)).toBe("Größe");
    }
    expect([...seen].toSorted()).toEqual(["mine", "theirs"]);
  });

  it("are of the last value that the other wrote, whichever of their earlier ones are gone", () => {
    const seen = new Set<string>();
    for (let round = 0; round < 32 && seen.size < 2; round += 1) {
      const { ann, ben, button } = scene();
      ann.editor.set(button, ["label"], "Größe");
      for (const text of ["M", "Me", "Menge"]) ben.editor.set(button, ["label"], text);
      meet(ann, ben);
      const stands = label(ann, button) === "Größe" ? "mine" : "theirs";
      seen.add(stands);
      expect(ann.conflicts.list.get()).toMatchObject([{ mine: "Größe", theirs: "Menge", client: ben.doc.clientID, stands }]);
    }
    expect([...seen].toSorted()).toEqual(["mine", "theirs"]);
  });

  it("are settled when the other takes back what they did", () => {
    for (let round = 0; round < 4; round += 1) {
      const { ann, ben, button } = scene();
      ann.editor.set(button, ["label"], "A");
      meet(ann, ben);
      ben.editor.set(button, ["label"], "B");
      meet(ann, ben);
      expect(ann.conflicts.list.get()).toHaveLength(1);
      ben.editor.set(button, ["label"], "A");
      meet(ann, ben);
      expect(ann.conflicts.list.get()).toEqual([]);
    }
  });

  it("are none where texts, lists and maps merge", () => {
    const { ann, ben, button } = scene();
    const schema = BUTTON.schema.properties?.onClick ?? {};
    ann.editor.type(button, ["note"], "Größe");
    ben.editor.type(button, ["note"], "Menge");
    ann.editor.addEntry(button, ["onClick"], schema, {});
    ben.editor.addEntry(button, ["onClick"], schema, {});
    ann.editor.set(button, ["style", "color"], "red");
    ben.editor.set(button, ["style", "width"], "4px");
    meet(ann, ben);
    expect([...ann.conflicts.list.get(), ...ben.conflicts.list.get()]).toEqual([]);
  });
});

describe("two moves of one node", () => {
  it("are shown with both places and settled by a choice", () => {
    const { ann, ben, page, button } = scene();
    const [left, right] = [put(ann, STACK, page, "children"), put(ann, STACK, page, "children")];
    meet(ann, ben);
    ann.editor.placeAll([button], ann.live.snapshots.get(), left, "children", 0);
    ben.editor.placeAll([button], ben.live.snapshots.get(), right, "children", 0);
    meet(ann, ben);
    const [conflict] = ann.conflicts.list.get();
    expect(conflict).toMatchObject({ kind: "place", node: button });
    ann.conflicts.choose(conflict?.id ?? "", "mine");
    expect(ann.live.snapshots.get().node(button)?.place?.[0]).toBe(left);
  });

  it("are none within one slot, and are one when the other has deleted the node", () => {
    const { ann, ben, page, button } = scene();
    ann.editor.place(button, [page, "children", "a5"]);
    ben.editor.place(button, [page, "children", "a7"]);
    meet(ann, ben);
    expect(ann.conflicts.list.get()).toEqual([]);
    ben.editor.removeAll([button]);
    meet(ann, ben);
    expect(ann.conflicts.list.get()).toMatchObject([{ theirs: null }]);
  });
});

describe("the journal", () => {
  it("forgets what was undone before it was sent, and joins edits of one register", () => {
    const { ann, button } = scene();
    ann.editor.set(button, ["label"], "A");
    ann.editor.set(button, ["label"], "B");
    expect(ann.journal.waiting.get()).toMatchObject([{ mine: "B", before: "Button", kind: "value" }]);
    ann.editor.set(button, ["label"], "Button");
    expect(ann.journal.waiting.get()).toEqual([]);
  });

  it("knows a new node, a moved one and a deleted one", () => {
    const { ann, page, button } = scene();
    const added = put(ann, STACK, page, "children");
    ann.editor.removeAll([button]);
    expect(ann.journal.waiting.get()).toMatchObject([
      { node: added, kind: "place", isNew: true },
      { node: button, kind: "place", isNew: false, mine: null },
    ]);
  });

  it("does not take the server's undoing of a refused edit for a conflict", () => {
    const ann = side(() => false);
    const host = world();
    const page = put(ann, PAGE, ROOT, "pages");
    meet(ann, host);
    ann.journal.settle(0);
    const name = standing(ann.doc, { node: page, kind: "value", path: ["name"] });
    ann.editor.set(page, ["name"], "refused");
    meet(ann, host);
    host.editor.set(page, ["name"], name);
    meet(ann, host);
    expect(ann.conflicts.list.get()).toEqual([]);
  });
});
