/** Each icon that a built-in definition names is drawn, and no two names look alike. */
import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { DEFINITION_ICONS, sectionIcon } from "./DefinitionIcon";

const FOLDER = new URL("../../../collab/model/components/", import.meta.url);
const named = readdirSync(FOLDER, { recursive: true, encoding: "utf-8" })
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf-8")) as { readonly icon?: string })
  .flatMap(({ icon }) => icon ?? []);

test("every icon that a definition names has a glyph of its own", () => {
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !DEFINITION_ICONS.has(name))).toEqual([]);
  expect(new Set(DEFINITION_ICONS.values()).size).toBe(DEFINITION_ICONS.size);
});

test("every section of the layers has a glyph", () => {
  for (const slot of ["pages", "dataModels", "workflows", "connectors", "roles", "policies", "trash"]) expect(DEFINITION_ICONS.has(sectionIcon(slot))).toBe(true);
});
