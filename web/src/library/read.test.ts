import { describe, expect, it } from "vitest";

import type { JsonObject, LiveNode } from "../model/types";
import { number, options, safeUrl, scalars, text } from "./read";
import { ownStyle } from "./style";

const node = (props: JsonObject): LiveNode => ({ id: "n", type: "Text@1", place: null, props });

describe("literals", () => {
  it("read as their fallback when they are bound or of another type", () => {
    expect(text(node({ label: "Größe" }), "label")).toBe("Größe");
    expect(text(node({ label: { expr: "x" } }), "label", "–")).toBe("–");
    expect(number(node({ gap: "2" }), "gap", 1)).toBe(1);
    expect(number(node({ gap: 2 }), "gap", 1)).toBe(2);
  });

  it("of lists come in their order, kept as entries or as an array", () => {
    expect(scalars({ b: { order: "a1", value: "zwei" }, a: { order: "a0", value: "eins" } })).toEqual(["eins", "zwei"]);
    expect(scalars([2, 1])).toEqual([2, 1]);
    expect(scalars(undefined)).toEqual([]);
    expect(options(["é", { value: 1, label: "Eins" }, {}])).toEqual([{ value: "é", label: "é" }, { value: "1", label: "Eins" }]);
  });
});

describe("what comes from a model into a page", () => {
  it.each(["javascript:alert(1)", " JaVaScript:x", "data:text/html,x", "vbscript:x", "data:image/svg+xml,x", "", "blob:x"])("takes no address %j", (url) => {
    expect(safeUrl(url)).toBeNull();
  });

  it.each(["https://example.com/größe", "/orders", "mailto:a@example.com", "data:image/png;base64,AA"])("takes %j", (url) => {
    expect(safeUrl(url)).toBe(url);
  });

  it("is styled by custom properties and spacing only", () => {
    expect(ownStyle({ "--app-accent": "#123456", padding: 2, "margin-top": "4px" })).toEqual({ "--app-accent": "#123456", padding: "16px", marginTop: "4px" });
    expect(ownStyle({ position: "fixed", "--x": "url(https://example.com)", background: "red", "--y": "\\75rl(x)" })).toBeUndefined();
  });
});
