import { describe, expect, it } from "vitest";

import { type KeyPress, keyCaps, keyText, matchesKey } from "./keys";
import { COMMANDS } from "./list";

const press = (key: string, rest: Partial<KeyPress> = {}): KeyPress => ({ key, code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...rest });

describe("a chord", () => {
  it("takes Ctrl and Command alike, and no other modifier than its own", () => {
    expect(matchesKey(press("d", { ctrlKey: true }), "Mod+D")).toBe(true);
    expect(matchesKey(press("d", { metaKey: true }), "Mod+D")).toBe(true);
    expect(matchesKey(press("d"), "Mod+D")).toBe(false);
    expect(matchesKey(press("d", { ctrlKey: true, altKey: true }), "Mod+D")).toBe(false);
    expect(matchesKey(press("D", { ctrlKey: true, shiftKey: true }), "Mod+D")).toBe(false);
    expect(matchesKey(press("G", { ctrlKey: true, shiftKey: true }), "Mod+Shift+G")).toBe(true);
    expect(matchesKey(press("ArrowUp", { altKey: true }), "Alt+ArrowUp")).toBe(true);
    expect(matchesKey(press("ArrowUp"), "Alt+ArrowUp")).toBe(false);
  });

  it("is found by the key's place where Alt or another script changes the letter", () => {
    expect(matchesKey(press("¡", { altKey: true, code: "Digit1" }), "Alt+1")).toBe(true);
    expect(matchesKey(press("в", { ctrlKey: true, code: "KeyD" }), "Mod+D")).toBe(true);
    expect(matchesKey(press("|", { ctrlKey: true, shiftKey: true, code: "Backslash" }), "Mod+Shift+\\")).toBe(true);
    // A Latin layout of another order says itself which letter it is.
    expect(matchesKey(press("e", { ctrlKey: true, code: "KeyD" }), "Mod+D")).toBe(false);
  });

  it("reads a mark with Shift or without", () => {
    expect(matchesKey(press("?", { shiftKey: true }), "?")).toBe(true);
    expect(matchesKey(press("?"), "?")).toBe(true);
    expect(matchesKey(press("?", { ctrlKey: true }), "?")).toBe(false);
    expect(matchesKey(press("+", { ctrlKey: true }), "Mod++")).toBe(true);
    expect(matchesKey(press("!", { shiftKey: true, code: "Digit1" }), "Shift+1")).toBe(true);
  });

  it("is written as the platform writes it", () => {
    expect(keyText("Mod+Shift+G", true)).toBe("⌘⇧G");
    expect(keyText("Mod+Shift+G", false)).toBe("Ctrl Shift G");
    expect(keyCaps("Mod++", false)).toEqual(["Ctrl", "+"]);
    expect(keyCaps("Alt+ArrowLeft", false)).toEqual(["Alt", "←"]);
  });
});

describe("the table of commands", () => {
  it("has each id once, and no key twice where both would be heard", () => {
    expect(new Set(COMMANDS.map(({ id }) => id)).size).toBe(COMMANDS.length);
    const chords = COMMANDS.flatMap(({ keys }) => keys.map((chord) => chord.toLowerCase()));
    expect(new Set(chords).size).toBe(chords.length);
  });
});
