/** Changes of a text between its two forms: those of the editor on the screen and those of the document. */
import type { ChangeSet } from "@codemirror/state";

import { diffText, type TextChange } from "../../model/textdiff";

/** A replacement in the text as it was, as the editor takes it. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** One step of a Yjs delta; embedded objects have no place in a text and count one unit. */
export interface DeltaStep {
  readonly retain?: number | undefined;
  readonly delete?: number | undefined;
  readonly insert?: unknown;
}

/** What was typed, as changes that are made one after the other. */
export function typedChanges(changes: ChangeSet): readonly TextChange[] {
  const found: TextChange[] = [];
  changes.iterChanges((fromA, toA, fromB, _toB, inserted) => {
    found.push({ index: fromB, remove: toA - fromA, insert: inserted.sliceString(0, inserted.length, "\n") });
  });
  return found;
}

/** What the document changed, as replacements in the text before. */
export function replacementsOf(delta: readonly DeltaStep[]): readonly Replacement[] {
  const found: Replacement[] = [];
  let at = 0;
  for (const step of delta) {
    if (step.retain !== undefined) at += step.retain;
    else if (step.delete !== undefined) {
      found.push({ from: at, to: at + step.delete, insert: "" });
      at += step.delete;
    } else if (typeof step.insert === "string") found.push({ from: at, to: at, insert: step.insert });
  }
  return found;
}

/** The replacements that make `before` into `after`: the delta's where it does, else the smallest one. */
export function foreignChanges(before: string, after: string, delta: readonly DeltaStep[]): readonly Replacement[] {
  if (before === after) return [];
  const told = replacementsOf(delta);
  if (told.every(({ to }) => to <= before.length) && applied(before, told) === after) return told;
  const change = diffText(before, after);
  return change === null ? [] : [{ from: change.index, to: change.index + change.remove, insert: change.insert }];
}

function applied(text: string, replacements: readonly Replacement[]): string {
  let result = "";
  let at = 0;
  for (const { from, to, insert } of replacements) {
    result += text.slice(at, from) + insert;
    at = Math.max(at, to);
  }
  return result + text.slice(at);
}
