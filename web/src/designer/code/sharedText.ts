/**
 * A text of the document in an editor on the screen: what one types goes into it, what others type
 * comes out of it.
 *
 * It is written by the `Editor` like every other edit, so that the desk's undo knows it and there is
 * no second one. (`y-codemirror.next` writes under an origin of its own and brings its own undo.)
 */
import { Annotation, type Extension } from "@codemirror/state";
import { type EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import * as Y from "yjs";

import type { Editor } from "../../model/editor";
import { foreignChanges, typedChanges } from "./deltas";

/** Marks what came out of the document, which must not go back into it. */
export const Foreign = Annotation.define<boolean>();

export function sharedText(text: Y.Text, editor: Editor): Extension {
  return ViewPlugin.define((view) => new SharedText(view, text, editor));
}

class SharedText implements PluginValue {
  constructor(
    private readonly view: EditorView,
    private readonly text: Y.Text,
    private readonly editor: Editor,
  ) {
    text.observe(this.onText);
  }

  update({ changes, docChanged, transactions }: ViewUpdate): void {
    if (!docChanged || transactions.some((transaction) => transaction.annotation(Foreign) === true)) return;
    this.editor.splice(this.text, typedChanges(changes));
  }

  destroy(): void {
    this.text.unobserve(this.onText);
  }

  private readonly onText = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    // One's own typing is there already: its event comes back with nothing to change.
    const found = foreignChanges(this.view.state.doc.toString(), this.text.toString(), event.delta);
    if (found.length === 0) return;
    const changes = this.view.state.changes([...found]);
    const last = found.at(-1);
    // Undoing leads the caret to what was undone; others' work leaves it with the characters around it.
    const isUndone = transaction.origin instanceof Y.UndoManager && last !== undefined;
    const selection = isUndone ? { selection: { anchor: changes.mapPos(last.to, 1) } } : {};
    this.view.dispatch({ changes, annotations: Foreign.of(true), ...selection });
  };
}
