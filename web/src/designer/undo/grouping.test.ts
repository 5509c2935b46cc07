import { describe, expect, it } from "vitest";

import { COMMAND_PAUSE_MS, Grouping, isTyped, TYPING_PAUSE_MS } from "./grouping";

/** A clock in hand. */
function clocked(): { readonly grouping: Grouping; readonly key: (field: string | null, afterMs: number, isKeystroke?: boolean) => boolean } {
  let now = 1_000;
  const grouping = new Grouping(() => now);
  return {
    grouping,
    key: (field, afterMs, isKeystroke = true) => {
      now += afterMs;
      return grouping.take({ field, isKeystroke });
    },
  };
}

describe("what is one step of undo", () => {
  it("is what is typed in one field, until one pauses long", () => {
    const { key } = clocked();
    expect([key("a", 0), key("a", 700), key("a", TYPING_PAUSE_MS - 1), key("a", TYPING_PAUSE_MS)]).toEqual([false, true, true, false]);
  });

  it("ends with another field, and where the field is left", () => {
    const { key, grouping } = clocked();
    expect([key("a", 0), key("a", 100), key("b", 100), key("b", 100)]).toEqual([false, true, false, true]);
    grouping.end();
    expect(key("b", 10)).toBe(false);
  });

  it("is what one command writes, one transaction right after the other", () => {
    const { key } = clocked();
    expect([key(null, 0), key("a", 5), key("b", 5), key(null, COMMAND_PAUSE_MS - 1), key(null, COMMAND_PAUSE_MS)]).toEqual([false, true, true, true, false]);
  });

  it("is each choice in a field, however quick", () => {
    const { key } = clocked();
    expect([key("a", 0, false), key("a", 5, false), key("a", 5, false)]).toEqual([false, false, false]);
    // What replaces a whole text begins a step, and what is typed then goes on with it.
    expect([key("b", 5_000, false), key("b", 500), key("b", 500)]).toEqual([false, true, true]);
  });

  it("tells a key from a choice by how much stays", () => {
    expect([isTyped("Größ", "Größe"), isTyped("Größe", "Größ"), isTyped(undefined, "é"), isTyped(1, 12)]).toEqual([true, true, true, true]);
    expect([isTyped({ a: "Gr", b: true }, { a: "Grö", b: true }), isTyped({ a: "sm" }, { a: "md" }), isTyped({ a: "x" }, { a: "xy", b: 1 })]).toEqual([true, false, false]);
    expect([isTyped("か", "かん"), isTyped("ab😀", "ab😁")]).toEqual([true, true]);
    expect([isTyped("left", "center"), isTyped("sm", "md"), isTyped(true, false), isTyped("a", { expr: "abcd" }), isTyped("", "pasted words")]).toEqual([false, false, false, false, false]);
  });
});
