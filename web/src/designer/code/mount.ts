/**
 * The editor on the screen, made of CodeMirror; loaded when the first field of text is shown.
 *
 * Tab leaves the field, unless it takes a suggestion: nobody who works by keyboard is caught in it.
 */
import { acceptCompletion, closeCompletion, completionKeymap } from "@codemirror/autocomplete";
import { standardKeymap } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder as placeholderOf, type Rect, tooltips } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";

import type { Editor } from "../../model/editor";
import { carets } from "./carets";
import { expressionExtensions, type ExpressionPlace } from "./expression";
import { foreignChanges } from "./deltas";
import { Foreign, sharedText } from "./sharedText";

/** How far what opens at the text stays from the edges of the window. */
const EDGE_PX = 8;

export type Language = { readonly kind: "expression"; readonly place: ExpressionPlace } | { readonly kind: "markdown" | "code" | "plain" };

export interface MountOptions {
  readonly parent: HTMLElement;
  readonly value: string;
  readonly language: Language;
  /** The shared text that the field shows, or null for a plain value. */
  readonly shared: { readonly text: Y.Text; readonly editor: Editor; readonly awareness: Awareness } | null;
  /** Attributes of the part that is typed into: id, label, description. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly placeholder: string;
  readonly isReadOnly: boolean;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  /** Told after each change by the person, where there is no shared text. */
  readonly onChange: (value: string) => void;
  readonly onFocus: (hasFocus: boolean, value: string) => void;
}

export interface Mounted {
  /** Shows what others have set a plain value to. */
  readonly show: (value: string) => void;
  readonly describe: (attributes: Readonly<Record<string, string>>, isReadOnly: boolean) => void;
  /** Takes the focus, and puts the caret behind so many characters. */
  readonly focus: (caret?: number) => void;
  /** Where the caret is, null without the focus. */
  readonly caret: () => number | null;
  readonly destroy: () => void;
}

const marks = HighlightStyle.define([
  { tag: tags.heading, class: "dr-token-heading" },
  { tag: tags.strong, class: "dr-token-strong" },
  { tag: tags.emphasis, class: "dr-token-emphasis" },
  { tag: [tags.link, tags.url], class: "dr-token-call" },
  { tag: [tags.monospace, tags.string], class: "dr-token-string" },
  { tag: [tags.processingInstruction, tags.quote], class: "dr-token-comment" },
]);

export function mount(options: MountOptions): Mounted {
  const described = new Compartment();
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.shared?.text.toString() ?? options.value,
      extensions: [extensionsOf(options), described.of(description(options.attributes, options.isReadOnly))],
    }),
  });
  return {
    show: (value) => {
      const changes = foreignChanges(view.state.doc.toString(), value, []);
      if (changes.length > 0) view.dispatch({ changes: [...changes], annotations: Foreign.of(true) });
    },
    describe: (attributes, isReadOnly) => view.dispatch({ effects: described.reconfigure(description(attributes, isReadOnly)) }),
    focus: (caret) => {
      if (caret !== undefined) view.dispatch({ selection: { anchor: Math.min(caret, view.state.doc.length) } });
      view.focus();
    },
    caret: () => (view.hasFocus ? view.state.selection.main.head : null),
    destroy: () => view.destroy(),
  };
}

function description(attributes: Readonly<Record<string, string>>, isReadOnly: boolean): Extension {
  return [EditorState.readOnly.of(isReadOnly), EditorView.contentAttributes.of({ ...attributes, ...(isReadOnly && { "aria-readonly": "true" }) })];
}

function extensionsOf(options: MountOptions): Extension {
  const { language, shared } = options;
  return [
    // A carriage return is a character like any other: else places would not be the document's.
    EditorState.lineSeparator.of("\n"),
    EditorView.lineWrapping,
    tooltips({ position: "fixed", parent: document.querySelector("main") ?? document.body, tooltipSpace }),
    placeholderOf(options.placeholder),
    keys(options),
    languageOf(language),
    shared === null ? [] : [sharedText(shared.text, shared.editor), carets(shared.text, shared.awareness)],
    EditorView.updateListener.of((update) => {
      const isOwn = update.docChanged && !update.transactions.some((transaction) => transaction.annotation(Foreign) === true);
      if (isOwn && shared === null) options.onChange(update.state.doc.toString());
      if (update.focusChanged) options.onFocus(update.view.hasFocus, update.state.doc.toString());
      if (update.geometryChanged) update.view.dom.toggleAttribute("data-tall", update.view.contentHeight > TALL_PX);
    }),
  ];
}

/** Eight lines: beyond that a field scrolls, in pixels. */
const TALL_PX = 152;

function keys({ language, onUndo, onRedo }: MountOptions): Extension {
  const perform = (work: () => void) => () => {
    work();
    return true;
  };
  const isLine = language.kind === "expression";
  return [
    Prec.high(keymap.of([...completionKeymap, { key: "Tab", run: acceptCompletion }])),
    keymap.of([
      // The desk has one undo for all that a person does; a second one in the field would disagree.
      { key: "Mod-z", run: perform(onUndo), preventDefault: true, stopPropagation: true },
      { key: "Mod-Shift-z", run: perform(onRedo), preventDefault: true, stopPropagation: true },
      { key: "Mod-y", run: perform(onRedo), preventDefault: true, stopPropagation: true },
      // Who is quicker than what is offered has chosen nothing of it.
      ...(isLine ? [{ key: "Enter", run: (view: EditorView) => closeCompletion(view) || true }] : []),
      ...standardKeymap,
    ]),
  ];
}

function languageOf(language: Language): Extension {
  switch (language.kind) {
    case "expression":
      return expressionExtensions(language.place);
    case "markdown":
      return [markdown(), syntaxHighlighting(marks)];
    case "code":
      return lineNumbers();
    case "plain":
      return [];
  }
}

// What is offered keeps its distance from the edges of the window.
function tooltipSpace({ dom }: EditorView): Rect {
  const { clientWidth, clientHeight } = dom.ownerDocument.documentElement;
  return { left: EDGE_PX, top: EDGE_PX, right: clientWidth - EDGE_PX, bottom: clientHeight - EDGE_PX };
}
