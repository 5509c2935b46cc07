/** Expressions in colours: by the tokens of the engine itself, so that both read the same. */
import type { Extension } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

import { ExpressionError } from "../../expressions/errors";
import { END, LITERAL, NAME, Tokens } from "../../expressions/tokens";

export type TokenLook = "root" | "name" | "call" | "string" | "number" | "atom" | "operator" | "comment";

export interface Painted {
  readonly from: number;
  readonly to: number;
  readonly look: TokenLook;
}

const BRACKETS = new Set(["(", ")", "[", "]", "{", "}", ".", ","]);

/** What is to be coloured; what cannot be read is left as it is, and what follows it is read on. */
export function paint(source: string): readonly Painted[] {
  const found: Painted[] = [];
  let offset = 0;
  while (offset < source.length) {
    const rest = source.slice(offset);
    const fault = paintPart(rest, offset, found);
    if (fault === null) break;
    offset += Math.max(fault, 1);
  }
  for (const match of source.matchAll(/\/\/[^\n]*/gu)) {
    const isWithin = found.some(({ from, to, look }) => look === "string" && from <= match.index && match.index < to);
    if (!isWithin) found.push({ from: match.index, to: match.index + match[0].length, look: "comment" });
  }
  return found.toSorted((a, b) => a.from - b.from);
}

/** Paints up to where the tokens end (null) or break off (how far that is). */
function paintPart(source: string, offset: number, found: Painted[]): number | null {
  const tokens = new Tokens(source);
  let isMember = false;
  try {
    for (;;) {
      const { kind, value, start, end } = tokens.next();
      if (kind === END) return null;
      const look = lookOf(kind, value, isMember, source.slice(end).trimStart().startsWith("("));
      if (look !== null) found.push({ from: offset + start, to: offset + end, look });
      isMember = kind === ".";
    }
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown;
    return thrown.range?.end ?? source.length;
  }
}

function lookOf(kind: string, value: unknown, isMember: boolean, isCalled: boolean): TokenLook | null {
  if (kind === LITERAL) return typeof value === "string" ? "string" : value === null || typeof value === "boolean" ? "atom" : "number";
  if (kind === NAME) return isCalled ? "call" : isMember ? "name" : "root";
  return BRACKETS.has(kind) ? null : "operator";
}

export const highlighting: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }
    update(update: ViewUpdate): void {
      if (update.docChanged) this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function decorate(view: EditorView): DecorationSet {
  return Decoration.set(paint(view.state.doc.toString()).map(({ from, to, look }) => Decoration.mark({ class: `dr-token-${look}` }).range(from, to)));
}
