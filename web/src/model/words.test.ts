import { describe, expect, it } from "vitest";

import { nodeLabel, oneLine, referenceName } from "./labels";
import { expressionFor, readLoose, readNumber, writeLoose } from "./loose";
import { candidates } from "./references";
import { findPage, matchPath } from "./routes";
import { editorKind, propertyTitle, referenceRule, requiredMembers } from "./schema";
import { Snapshot } from "./snapshot";
import { REGISTRY } from "./testing/fixtures";
import type { Json, JsonObject, LiveNode, Place } from "./types";

const node = (id: string, type: string, place: Place, props: JsonObject = {}): LiveNode => ({ id, type, place, props });
const snapshotOf = (...nodes: LiveNode[]): Snapshot => new Snapshot({}, new Map(nodes.map((one) => [one.id, one])));

describe("labels", () => {
  it("are the node's own words, else its definition's title", () => {
    expect(nodeLabel(node("a", "Button@1", ["p", "children", "a0"], { label: "Größe\n 😀" }), REGISTRY)).toBe("Größe 😀");
    expect(nodeLabel(node("a", "Button@1", ["p", "children", "a0"], { label: { expr: "x" } }), REGISTRY)).toBe("Button");
    expect(nodeLabel(node("a", "NewThing@2", ["p", "children", "a0"]), REGISTRY)).toBe("New thing");
  });

  it("are shortened without halving a character", () => {
    const line = oneLine("😀".repeat(90));
    expect(line.isWellFormed()).toBe(true);
    expect(Array.from(line).length).toBe(80);
  });

  it("of properties are their titles, or their names in words", () => {
    expect(propertyTitle("pageSize", {})).toBe("Page size");
    expect(propertyTitle("größeÄndern", {})).toBe("Größe ändern");
    expect(propertyTitle("x", { title: "Schriftgröße" })).toBe("Schriftgröße");
  });
});

describe("editors by schema", () => {
  it.each<[string, Parameters<typeof editorKind>[0]]>([
    ["string", { type: "string" }],
    ["string", { type: ["string", "number", "null"] }],
    ["enum", { type: "string", enum: ["a"] }],
    ["integer", { type: "integer" }],
    ["number", { type: ["number", "null"] }],
    ["boolean", { type: "boolean" }],
    ["text", { type: "string", "x-merge": "text" }],
    ["set", { type: "array", "x-merge": "set" }],
    ["list", { type: "array", "x-merge": "list" }],
    ["map", { type: "object", additionalProperties: true, "x-merge": "map" }],
    ["object", { type: "object", properties: { a: {} }, "x-merge": "map" }],
    ["object", { type: "object", properties: { a: {} } }],
    ["reference", { type: "string", "x-ref": { to: "Field" } }],
    ["expression", { type: "object", properties: { expr: { type: "string" } } }],
    ["json", { anyOf: [{ type: "integer" }, { type: "array" }] }],
    ["json", {}],
  ])("%s", (kind, schema) => {
    expect(editorKind(schema)).toBe(kind);
  });

  it("know what a condition makes required", () => {
    const schema = { required: ["name"], allOf: [{ if: { properties: { type: { const: "Enum" } } }, then: { required: ["values"] } }] };
    expect([...requiredMembers(schema, { type: "Enum" })]).toEqual(["name", "values"]);
    expect([...requiredMembers(schema, { type: "Text" })]).toEqual(["name"]);
  });
});

describe("values as they are typed", () => {
  it.each<[string, Json | undefined]>([["", undefined], ["[2, 1]", [2, 1]], ["RFC5322", "RFC5322"], ["größe 😀", "größe 😀"], ["true", true], ['"5"', "5"]])(
    "%s",
    (text, value) => {
      expect(readLoose(text, {})).toEqual({ value });
      expect(readLoose(writeLoose(value), {})).toEqual({ value });
    },
  );

  it("explain what does not fit", () => {
    expect(readLoose("{", {})).toHaveProperty("error");
    expect(readLoose("zwei", { anyOf: [{ type: "integer" }, { type: "array" }] })).toHaveProperty("error");
    expect(readLoose("[1]", { type: "object" })).toEqual({ error: "Expected object, found array." });
  });

  it("read whole numbers whole", () => {
    expect(readNumber(" 12 ", true)).toBe(12);
    expect(readNumber("1.5", true)).toBeNull();
    expect(readNumber("9007199254740993", true)).toBeNull();
    expect(readNumber("-0.5e3", false)).toBe(-500);
    expect(readNumber("zwölf", false)).toBeNull();
  });

  it("become the expressions that yield them", () => {
    expect(expressionFor("l'été \\ 😀")).toBe("'l\\'été \\\\ 😀'");
    expect(expressionFor(true)).toBe("true");
    expect(expressionFor(undefined)).toBe("");
  });
});

describe("paths of pages", () => {
  it("match segments and decode parameters", () => {
    expect(matchPath("/orders/:id", "/orders/gr%C3%B6%C3%9Fe")).toEqual({ id: "größe" });
    expect(matchPath("/orders/:id", "/orders")).toBeNull();
    expect(matchPath("/orders/:id", "/orders/")).toBeNull();
    expect(matchPath("/", "/")).toEqual({});
    expect(matchPath("/orders/", "/orders?x=1")).toEqual({});
    expect(matchPath("/a/:b", "/a/%E0%A4%A")).toEqual({ b: "%E0%A4%A" });
  });

  it("prefer a literal page to one with a parameter", () => {
    const snapshot = snapshotOf(
      node("one", "Page@1", ["application", "pages", "a0"], { path: "/orders/:id" }),
      node("new", "Page@1", ["application", "pages", "a1"], { path: "/orders/new" }),
      node("none", "Page@1", ["application", "pages", "a2"], {}),
    );
    expect(findPage(snapshot, "/orders/new")?.page.id).toBe("new");
    expect(findPage(snapshot, "/orders/7")?.parameters).toEqual({ id: "7" });
    expect(findPage(snapshot, "/")).toBeNull();
  });
});

describe("references", () => {
  const snapshot = snapshotOf(
    node("order", "DataModel@1", ["application", "dataModels", "a0"], { name: "Auftrag" }),
    node("größe", "Field@1", ["order", "fields", "a1"], { name: "größe" }),
    node("no", "Field@1", ["order", "fields", "a0"], { name: "nummer" }),
    node("customer", "DataModel@1", ["application", "dataModels", "a1"], { name: "Kunde" }),
    node("mail", "Field@1", ["customer", "fields", "a0"], { name: "mail" }),
    node("index", "Index@1", ["order", "indexes", "a0"]),
    node("table", "Table@1", ["p", "children", "a0"], { dataSource: { model: { ref: "customer" } } }),
  );
  const names = (within: string | null, owner: string, beside: Json = {}): string[] => {
    const rule = referenceRule({ "x-ref": within === null ? { to: "Field" } : { to: "Field", within } });
    return rule === null ? [] : candidates(rule, snapshot.node(owner) as LiveNode, beside, snapshot).map(({ name }) => name);
  };

  it("offer names from where the definition says", () => {
    expect(names("..", "index")).toEqual(["nummer", "größe"]);
    expect(names("/dataSource/model", "table")).toEqual(["mail"]);
    expect(names("model", "table", { model: { ref: "order" } })).toEqual(["nummer", "größe"]);
    expect(names(null, "table").sort()).toEqual(["größe", "mail", "nummer"]);
  });

  it("are shown by name", () => {
    expect(referenceName({ ref: "größe" }, snapshot)).toBe("größe");
    expect(referenceName({ ref: "gone" }, snapshot)).toBe("missing");
    expect(referenceName("customer.name", snapshot)).toBe("customer.name");
  });
});
