import * as Y from "yjs";
import { describe, expect, it } from "vitest";

import { diffText, shiftOffset } from "./textdiff";

const apply = (before: string, after: string): string => {
  const change = diffText(before, after);
  if (change === null) return before;
  return before.slice(0, change.index) + change.insert + before.slice(change.index + change.remove);
};

describe("the difference of two texts", () => {
  it("is null for equal texts and one span otherwise", () => {
    expect(diffText("Größe", "Größe")).toBeNull();
    expect(diffText("Größe 東京", "Größe in 東京")).toEqual({ index: 6, remove: 0, insert: "in " });
    expect(diffText("aaa", "aa")).toEqual({ index: 2, remove: 1, insert: "" });
  });

  it("never divides a surrogate pair, at either end", () => {
    // 😀 and 😁 share the first unit, 😀 and 🐀 the second.
    expect(diffText("a😀b", "a😁b")).toEqual({ index: 1, remove: 2, insert: "😁" });
    expect(diffText("a😀b", "a🐀b")).toEqual({ index: 1, remove: 2, insert: "🐀" });
    expect(diffText("😀😀", "😀")).toEqual({ index: 2, remove: 2, insert: "" });
  });

  it("turns any text into any other, with whole characters inserted", () => {
    const alphabet = ["a", "é", "😀", "😁", "🐀", "東", "\n"];
    let seed = 20260101;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const word = (): string => Array.from({ length: random(7) }, () => alphabet[random(alphabet.length)]).join("");
    for (let round = 0; round < 3000; round += 1) {
      const [before, after] = [word(), word()];
      expect(apply(before, after), JSON.stringify([before, after])).toBe(after);
      expect(diffText(before, after)?.insert.isWellFormed() ?? true).toBe(true);
    }
  });

  it("keeps what somebody else types into the same shared text", () => {
    const [a, b] = [new Y.Doc(), new Y.Doc()];
    a.getText("t").insert(0, "Hallo Welt");
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    const change = diffText("Hallo Welt", "Hallo, Welt 😀") as NonNullable<ReturnType<typeof diffText>>;
    a.getText("t").delete(change.index, change.remove);
    a.getText("t").insert(change.index, change.insert);
    b.getText("t").insert(0, "»");
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    expect(b.getText("t").toString()).toContain("»Hallo, ");
    expect(b.getText("t").toString()).toContain("😀");
  });
});

describe("a caret beside a foreign change", () => {
  const change = { index: 3, remove: 2, insert: "xyzw" };
  it.each([[0, 0], [3, 3], [4, 7], [5, 7], [9, 11]])("moves from %i to %i", (from, to) => {
    expect(shiftOffset(from, change)).toBe(to);
  });
});
