import { describe, expect, it } from "vitest";

import { safeUrl, scalars } from "./read";
import { ownStyle } from "./style";

describe("lists", () => {
  it("come in their order, kept as entries or as an array", () => {
    expect(scalars({ b: { order: "a1", value: "zwei" }, a: { order: "a0", value: "größer" } })).toEqual(["größer", "zwei"]);
    expect(scalars([2, 1])).toEqual([2, 1]);
    expect(scalars(undefined)).toEqual([]);
  });
});

describe("what comes from a model into a page", () => {
  it.each(["javascript:alert(1)", " JaVaScript:x", "java\tscript:x", "\u0001java\nscript:x", "data:text/html,x", "vbscript:x", "data:image/svg+xml,x", "", "blob:x"])("takes no address %j", (url) => {
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
