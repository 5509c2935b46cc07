/**
 * Where others type in the same text: their carets and selections, in their colours, with their names.
 *
 * Places are positions of the document and not counts of characters, so they stay right whatever
 * arrives first. One field of the awareness is for the text that has the focus, whichever it is.
 */
import type { Extension } from "@codemirror/state";
import { StateEffect } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, type PluginValue, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

import { isObject } from "../../model/value";
import { inkOn, safeColor } from "../../shared/people";

const FIELD = "caret";
const othersMoved = StateEffect.define<null>();

export interface Caret {
  readonly client: number;
  readonly name: string;
  readonly color: string;
  readonly anchor: number;
  readonly head: number;
}

/** The carets of others in a text, read without trust. */
export function caretsIn(text: Y.Text, awareness: Awareness): readonly Caret[] {
  const carets: Caret[] = [];
  for (const [client, state] of awareness.getStates()) {
    if (client === awareness.clientID || !isObject(state)) continue;
    const { [FIELD]: caret, user } = state;
    if (!isObject(caret)) continue;
    const anchor = placeIn(text, caret.anchor);
    const head = placeIn(text, caret.head);
    if (anchor === null || head === null) continue;
    const name = isObject(user) && typeof user.name === "string" && user.name !== "" ? user.name : "Somebody";
    carets.push({ client, name, color: safeColor(isObject(user) ? user.color : undefined), anchor, head });
  }
  return carets;
}

/** What is told of one's own caret. */
export function caretAt(text: Y.Text, anchor: number, head: number): object {
  const at = (index: number): unknown => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index));
  return { anchor: at(anchor), head: at(head) };
}

function placeIn(text: Y.Text, value: unknown): number | null {
  if (!isObject(value) || text.doc === null) return null;
  try {
    const place = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(value), text.doc);
    return place !== null && place.type === text ? place.index : null;
  } catch {
    // Another's client may have sent anything.
    return null;
  }
}

export function carets(text: Y.Text, awareness: Awareness): Extension {
  return ViewPlugin.define((view) => new Carets(view, text, awareness), { decorations: (plugin) => plugin.decorations });
}

class Carets implements PluginValue {
  decorations: DecorationSet;
  #told = "null";

  constructor(
    private readonly view: EditorView,
    private readonly text: Y.Text,
    private readonly awareness: Awareness,
  ) {
    this.decorations = this.draw();
    awareness.on("change", this.onChange);
  }

  update({ docChanged, focusChanged, selectionSet, state, transactions, view }: ViewUpdate): void {
    const isMoved = transactions.some(({ effects }) => effects.some((effect) => effect.is(othersMoved)));
    if (docChanged || isMoved) this.decorations = this.draw();
    if (!docChanged && !focusChanged && !selectionSet) return;
    const { anchor, head } = state.selection.main;
    // The document has the change only after all plugins have seen it.
    queueMicrotask(() => this.tell(view.hasFocus ? caretAt(this.text, anchor, head) : null));
  }

  destroy(): void {
    this.awareness.off("change", this.onChange);
    this.tell(null);
  }

  private readonly onChange = ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }): void => {
    const isOthers = [...added, ...updated, ...removed].some((client) => client !== this.awareness.clientID);
    if (!isOthers) return;
    // Awareness may change while the editor is being drawn, when nothing may be dispatched.
    queueMicrotask(() => {
      if (this.view.dom.isConnected) this.view.dispatch({ effects: othersMoved.of(null) });
    });
  };

  private tell(caret: object | null): void {
    const told = JSON.stringify(caret);
    if (told === this.#told) return;
    this.#told = told;
    this.awareness.setLocalStateField(FIELD, caret);
  }

  private draw(): DecorationSet {
    const end = this.view.state.doc.length;
    const ranges = caretsIn(this.text, this.awareness).flatMap(({ client, name, color, anchor, head }) => {
      const from = Math.min(anchor, head, end);
      const to = Math.min(Math.max(anchor, head), end);
      const caret = Decoration.widget({ widget: new CaretWidget(client, name, color), side: head >= anchor ? 1 : -1 }).range(Math.min(head, end));
      if (from === to) return [caret];
      return [Decoration.mark({ class: "dr-caret-range", attributes: { style: `background-color: color-mix(in srgb, ${color} 25%, transparent)` } }).range(from, to), caret];
    });
    return Decoration.set(ranges, true);
  }
}

class CaretWidget extends WidgetType {
  constructor(
    private readonly client: number,
    private readonly name: string,
    private readonly color: string,
  ) {
    super();
  }

  override eq(other: CaretWidget): boolean {
    return other.client === this.client && other.name === this.name && other.color === this.color;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "dr-caret";
    caret.setAttribute("aria-hidden", "true");
    caret.style.borderColor = this.color;
    const flag = document.createElement("span");
    flag.className = "dr-caret-flag";
    // Drawn and not written: the name is no part of the text, neither for readers nor for copying.
    flag.dataset.name = this.name;
    flag.style.backgroundColor = this.color;
    flag.style.color = inkOn(this.color);
    caret.append(flag);
    requestAnimationFrame(() => {
      const edge = caret.closest(".cm-editor")?.getBoundingClientRect().right ?? Infinity;
      // At the end of a line the name leans back into the field.
      if (flag.getBoundingClientRect().right > edge) flag.dataset.end = "";
    });
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}
