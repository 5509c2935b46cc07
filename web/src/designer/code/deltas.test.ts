import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";

import { Editor, LOCAL_EDIT } from "../../model/editor";
import { foreignChanges, typedChanges } from "./deltas";

/** An editor's state and a shared text that follow one another, as the field on the screen does. */
class Person {
  readonly doc = new Y.Doc();
  readonly editor = new Editor(this.doc, () => undefined);
  readonly text: Y.Text;
  state = EditorState.create({ doc: "", extensions: EditorState.lineSeparator.of("\n") });

  constructor() {
    this.text = this.doc.getText("t");
    this.text.observe((event) => {
      const changes = foreignChanges(this.state.doc.toString(), this.text.toString(), event.delta);
      if (changes.length > 0) this.state = this.state.update({ changes: [...changes] }).state;
    });
  }

  type(from: number, to: number, insert: string): void {
    const transaction = this.state.update({ changes: { from, to, insert } });
    this.state = transaction.state;
    this.editor.splice(this.text, typedChanges(transaction.changes));
  }

  several(changes: readonly { readonly from: number; readonly to: number; readonly insert: string }[]): void {
    const transaction = this.state.update({ changes: [...changes] });
    this.state = transaction.state;
    this.editor.splice(this.text, typedChanges(transaction.changes));
  }
}

function exchange(one: Person, other: Person): void {
  const [fromOne, fromOther] = [Y.encodeStateAsUpdate(one.doc), Y.encodeStateAsUpdate(other.doc)];
  Y.applyUpdate(one.doc, fromOther);
  Y.applyUpdate(other.doc, fromOne);
}

describe("a text that two people type in", () => {
  it("is the same everywhere after concurrent typing, deleting and non-ASCII", () => {
    const [anna, ben] = [new Person(), new Person()];
    anna.type(0, 0, "record.total 😀");
    exchange(anna, ben);
    ben.type(7, 12, "größe");
    anna.type(15, 15, " > 100\nline 2");
    exchange(anna, ben);
    expect(anna.state.doc.toString()).toBe(ben.state.doc.toString());
    expect(anna.text.toString()).toBe(anna.state.doc.toString());
    expect(anna.text.toString()).toBe("record.größe 😀 > 100\nline 2");
  });

  it("takes several replacements of one transaction", () => {
    const [anna, ben] = [new Person(), new Person()];
    anna.type(0, 0, "a b a b");
    anna.several([{ from: 0, to: 1, insert: "xyz" }, { from: 4, to: 5, insert: "" }]);
    exchange(anna, ben);
    expect(anna.text.toString()).toBe("xyz b  b");
    expect(ben.state.doc.toString()).toBe("xyz b  b");
  });

  it("follows what another program writes with carriage returns", () => {
    const anna = new Person();
    anna.text.insert(0, "one\r\ntwo");
    expect(anna.state.doc.toString()).toBe("one\r\ntwo");
    anna.type(5, 5, "!");
    expect(anna.text.toString()).toBe("one\r\n!two");
  });

  it("falls back to the smallest replacement where a delta does not fit", () => {
    expect(foreignChanges("abc", "abXc", [{ retain: 9 }, { insert: "X" }])).toEqual([{ from: 2, to: 2, insert: "X" }]);
  });

  it("is undone as a person's own edit", () => {
    const anna = new Person();
    const undo = new Y.UndoManager(anna.text, { trackedOrigins: new Set([LOCAL_EDIT]), captureTimeout: 0 });
    anna.type(0, 0, "typed");
    anna.text.insert(5, " by others");
    undo.undo();
    expect(anna.state.doc.toString()).toBe(" by others");
    undo.redo();
    expect(anna.state.doc.toString()).toBe("typed by others");
  });
});
