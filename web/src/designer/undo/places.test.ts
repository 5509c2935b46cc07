import { expect, it } from "vitest";

import { BUTTON, PAGE, put, STACK, world } from "../../model/testing/fixtures";
import { ROOT } from "../../model/types";
import { changesAt, rowsAt } from "./places";
import { asTask, stepLabel } from "./words";

it("goes to what was worked on, and for what is gone to what it stood in", () => {
  const one = world();
  const page = put(one, PAGE, ROOT, "pages");
  const stack = put(one, STACK, page, "children");
  const [left, gone] = [put(one, BUTTON, stack, "children"), put(one, BUTTON, stack, "children")];
  one.editor.removeAll([gone]);
  const snapshot = one.live.snapshots.get();
  const label = { node: left, kind: "value", path: ["label"], before: "é" } as const;
  const removed = { node: gone, kind: "place", path: ["place"], before: [stack, "children", "a1"] } as const;
  expect(rowsAt(snapshot, [label, label])).toEqual([left]);
  expect(rowsAt(snapshot, [removed])).toEqual([stack]);
  expect(rowsAt(snapshot, [{ ...removed, before: [ROOT, "pages", "a1"] }])).toEqual([ROOT]);
  expect(rowsAt(snapshot, [{ ...removed, before: [ROOT, "pages", "a1"] }, label])).toEqual([left]);
  expect(rowsAt(snapshot, [{ ...removed, before: ["nowhere", "children", "a1"] }])).toEqual([]);
  // A value of what is in the Trash has no place to go to.
  expect(rowsAt(snapshot, [{ ...label, node: gone }])).toEqual([]);
  expect(changesAt([label, removed])).toEqual([{ node: left, key: "label" }, { node: gone, key: "place" }]);
});

it("says what would be undone", () => {
  expect(asTask("Renamed Page “Größe”")).toBe("rename Page “Größe”");
  expect(stepLabel("Undo", "Added Button", "Ctrl Z")).toBe("Undo: add Button (Ctrl Z)");
  expect(stepLabel("Redo", "", "⌘Z")).toBe("Redo my last change (⌘Z)");
});
