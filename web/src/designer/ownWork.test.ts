import { describe, expect, it } from "vitest";

import { BUTTON, exchange, PAGE, put, REGISTRY, type World, world } from "../model/testing/fixtures";
import { ROOT } from "../model/types";
import { readNotes, writeNotes } from "./offline/notes";
import { OwnWork } from "./ownWork";
import { concerns } from "./panels/refusals";

function person(): World & { readonly own: OwnWork } {
  const one = world();
  const own = new OwnWork(one.doc, one.live, one.editor, REGISTRY, { isPerson: () => false, isLoading: () => false });
  return { ...one, own };
}

function scene() {
  const [ann, host] = [person(), world()];
  const page = put(ann, PAGE, ROOT, "pages");
  const button = put(ann, BUTTON, page, "children");
  exchange(ann.doc, host.doc);
  ann.own.settle();
  return { ann, host, button };
}

describe("a refusal", () => {
  it("keeps what was written, and goes when one writes something else", () => {
    const { ann, host, button } = scene();
    ann.editor.set(button, ["label"], "Größe 😀");
    exchange(ann.doc, host.doc);
    host.editor.set(button, ["label"], "Button");
    exchange(ann.doc, host.doc);
    ann.own.settle();
    const refusal = ann.own.refuse({ nodes: [button], path: ["nodes", button, "props", "label"], code: "check_x", reason: "nein" }, false);
    expect(refusal).toMatchObject({ path: ["label"], values: [{ mine: "Größe 😀", path: ["label"] }] });
    expect(concerns(refusal, button, ["label"])).toBe(true);
    expect(concerns(refusal, button, ["note"])).toBe(false);
    expect(ann.own.conflicts.list.get()).toEqual([]);
    ann.editor.set(button, ["label"], "Menge");
    expect(ann.own.refusals.list.get()).toEqual([]);
  });

  it("of offline work stays, and survives a reload", () => {
    const { ann, host, button } = scene();
    ann.editor.set(button, ["label"], "offline");
    ann.editor.type(button, ["note"], "words");
    const notes = readNotes(JSON.parse(JSON.stringify(writeNotes(ann.own.notes))));
    expect(notes.edits).toMatchObject([{ mine: "offline", label: "offline" }, { mine: "words", kind: "text" }]);
    // The next load of the page: another client of Yjs, with the same document.
    const later = person();
    exchange(ann.doc, later.doc);
    later.own.restore(notes);
    exchange(later.doc, host.doc);
    host.editor.set(button, ["label"], "Button");
    exchange(later.doc, host.doc);
    later.own.refuse({ nodes: [button], path: [], code: "", reason: "" }, true);
    later.editor.set(button, ["label"], "again");
    expect(readNotes(writeNotes(later.own.notes)).refusals).toMatchObject([{ isOffline: true, values: [{ mine: "offline" }] }]);
  });

  it("names the steps of undo in words", () => {
    const { ann, button } = scene();
    ann.own.undoHistory.stopCapturing();
    ann.editor.set(button, ["label"], "Neu");
    expect(ann.own.undo()?.words).toBe("Changed Label of Button “Neu”");
    expect(ann.own.redo()?.words).toBe("Changed Label of Button “Neu”");
  });
});

describe("notes", () => {
  it("are read without trust", () => {
    for (const damaged of [null, 7, "x", { edits: [1, {}, { kind: "value" }], refusals: [null], clients: ["a", 3] }]) {
      expect(readNotes(damaged).edits).toEqual([]);
    }
    expect(readNotes({ clients: ["a", 3] }).clients).toEqual([3]);
  });
});
