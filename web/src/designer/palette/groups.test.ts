import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { Definition } from "../../model/types";
import { pageDropIndex } from "../pages/order";
import { bestFound, paletteGroups } from "./groups";

const FOLDER = new URL("../../../../collab/model/components/component/", import.meta.url);
const DEFINITIONS = readdirSync(FOLDER).map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Definition);

describe("the palette", () => {
  it("has every component once, in the groups that people know", () => {
    const groups = paletteGroups(DEFINITIONS, "");
    expect(groups.map(({ title }) => title)).toEqual(["Layout", "Text", "Actions", "Forms", "Data"]);
    expect(groups.flatMap(({ definitions }) => definitions)).toHaveLength(DEFINITIONS.length);
  });

  it("keeps unknown groups before the others, and what has none last", () => {
    const own = { id: "Map", version: "1.0.0", kind: "component", title: "Karte", schema: {} };
    const titles = paletteGroups([...DEFINITIONS, own, { ...own, id: "Geo", group: "geoData" }], "").map(({ title }) => title);
    expect(titles.slice(-2)).toEqual(["Geo data", "Other"]);
  });

  it("finds by title, id, and words of the description", () => {
    const found = (query: string): readonly string[] => paletteGroups(DEFINITIONS, query).flatMap(({ definitions }) => definitions.map(({ id }) => id));
    expect(found("textfield")).toContain("TextField");
    expect(found("sorting")).toEqual(["Table"]);
    expect(found("zzz")).toEqual([]);
  });
});

describe("what Enter takes", () => {
  it("is what is called so, wherever it stands among what was found", () => {
    expect(bestFound("te", ["Grid", "Stack", "Text", "Date field"])).toBe(2);
    expect(bestFound("columns", ["Grid", "Table"])).toBe(0);
    expect(bestFound("", ["Card", "Text"])).toBe(0);
    expect(bestFound("te", [])).toBe(0);
  });
});

describe("a dragged page", () => {
  it("goes to the nearest gap", () => {
    expect([-5, 10, 30, 70, 500].map((y) => pageDropIndex(y, 44, 3))).toEqual([0, 0, 1, 2, 3]);
  });
});
