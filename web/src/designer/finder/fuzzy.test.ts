import { describe, expect, it } from "vitest";

import { type Entry, type EntryKind, search } from "./entries";
import { fuzzyScore } from "./fuzzy";
import { readRecent, remember } from "./recent";

const best = (query: string, texts: readonly string[]): string | undefined =>
  texts.flatMap((text) => ({ text, score: fuzzyScore(query, text) ?? -Infinity })).toSorted((a, b) => b.score - a.score)[0]?.text;

const entry = (id: string, title: string, kind: EntryKind = "Element", detail = ""): Entry => ({ id, title, kind, detail, keys: null, icon: null, run: () => undefined });

describe("a fuzzy match", () => {
  it("prefers the whole word, then its beginning, then the middle, then strewn letters", () => {
    expect(best("order", ["Reorder", "Orders", "Order", "New order"])).toBe("Order");
    expect(best("order", ["Reorder", "Orders", "New order"])).toBe("Orders");
    expect(best("order", ["Reorder", "New order"])).toBe("New order");
    expect(fuzzyScore("wst", "Wrap in a stack")).not.toBeNull();
  });

  it("finds nothing where letters are missing or strewn too far", () => {
    expect(fuzzyScore("xyz", "Orders")).toBeNull();
    expect(fuzzyScore("ore", "Total of all the customers that were here")).toBeNull();
  });

  it("knows words in any order, and letters without their accents", () => {
    expect(fuzzyScore("page orders", "Orders, a page")).not.toBeNull();
    expect(fuzzyScore("ubersicht", "Übersicht")).toBe(1_000);
    expect(fuzzyScore("", "anything")).toBe(0);
  });
});

describe("the finder", () => {
  it("puts commands and pages before elements of the same name, and keeps to its limit", () => {
    const entries = [entry("1", "Orders"), entry("2", "Orders", "Page"), ...Array.from({ length: 3_000 }, (_, index) => entry(`n${index}`, `Orders ${index}`))];
    const found = search(entries, "orders", [], 10);
    expect(found.map(({ id }) => id).slice(0, 2)).toEqual(["2", "1"]);
    expect(found).toHaveLength(10);
  });

  it("begins with what was used lately", () => {
    const entries = [entry("a", "Alpha"), entry("b", "Beta"), entry("c", "Gamma")];
    expect(search(entries, "", ["c", "b"], 9).map(({ id }) => id)).toEqual(["c", "b", "a"]);
    expect(search([entry("a", "Delete me"), entry("b", "Delete it")], "delete", ["b"], 9)[0]?.id).toBe("b");
  });

  it("finds by where something is, below what is called so", () => {
    const found = search([entry("a", "Table", "Element", "Customers"), entry("b", "Customers")], "customers", [], 9);
    expect(found.map(({ id }) => id)).toEqual(["b", "a"]);
  });
});

describe("what was used lately", () => {
  it("is kept newest first, without doubles, and survives nonsense", () => {
    let kept: string | null = "{oops";
    const storage = { getItem: () => kept, setItem: (_: string, value: string) => { kept = value; } };
    expect(readRecent(storage)).toEqual([]);
    for (const id of ["a", "b", "a"]) remember(storage, id);
    expect(readRecent(storage)).toEqual(["a", "b"]);
  });
});
