import { describe, expect, it } from "vitest";

import { Snapshot } from "../../../model/snapshot";
import type { Definition, JsonObject, LiveNode, Place } from "../../../model/types";
import { Registry } from "../../../model/registry";
import { accessOf } from "./access";
import { actionWords } from "./actionWords";
import { cronWords } from "./cron";
import { readDuration, typedDuration } from "./durations";
import { fixFor, nearest } from "./fixes";
import { formOf, formsOf } from "./forms";
import { commonAt, sharedSchema } from "./mixed";
import { fieldAt, fieldPaths } from "./modelFields";
import { parametersOf, readTarget, writeTarget } from "./pageTargets";
import { plainListDepth, replaceAt, sameJson, valueAt } from "./paths";
import { isRelevant } from "./relevance";
import { readSize, writeSize } from "./sizes";
import { readSort, writeSort } from "./sorting";

function node(id: string, type: string, place: Place, props: JsonObject): LiveNode {
  return { id, type: `${type}@1`, place, props };
}

const NODES = [
  node("order", "DataModel", ["application", "dataModels", "a"], { name: "Order" }),
  node("status", "Field", ["order", "fields", "a"], { name: "status", type: "Enum", values: { x: { order: "a", value: "draft" } } }),
  node("customer", "Field", ["order", "fields", "b"], { name: "customer", type: "Reference", model: { ref: "client" } }),
  node("client", "DataModel", ["application", "dataModels", "b"], { name: "Client" }),
  node("name", "Field", ["client", "fields", "a"], { name: "name", type: "Text" }),
  node("list", "Page", ["application", "pages", "a"], { name: "Orders", path: "/orders" }),
  node("form", "Page", ["application", "pages", "b"], { name: "Order", path: "/orders/:id" }),
  node("clerk", "Role", ["application", "roles", "a"], {
    name: "clerk",
    grants: { g: { order: "a", model: { ref: "order" }, verbs: { read: true }, mask: { m: { order: "a", value: { ref: "status" } } } } },
  }),
];
const snapshot = new Snapshot({}, new Map(NODES.map((one) => [one.id, one])));
const at = (id: string): LiveNode => snapshot.node(id) ?? node(id, "", ["", "", ""], {});

describe("paths", () => {
  it("reads and replaces through objects and lists, and says where a list begins", () => {
    const props: JsonObject = { options: [{ value: "ä" }, "b"] };
    expect(valueAt(props, ["options", "0", "value"])).toBe("ä");
    expect(replaceAt(props, ["options", "0", "label"], "Ä")).toEqual({ options: [{ value: "ä", label: "Ä" }, "b"] });
    expect(replaceAt(props, ["options", "1"], undefined)).toEqual({ options: [{ value: "ä" }] });
    expect(plainListDepth(props, ["options", "0", "value"])).toBe(1);
    expect(plainListDepth(props, ["options"])).toBeNull();
    expect(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(sameJson({ a: 1 }, { a: 1, b: null })).toBe(false);
  });
});

describe("targets of links", () => {
  it.each([
    ["/orders", "list", {}],
    ["/orders/new", "form", { id: { kind: "text", text: "new" } }],
    [{ expr: "'/orders/' + row.id" }, "form", { id: { kind: "expression", text: "row.id" } }],
  ])("reads %j and writes it again", (value, page, values) => {
    const target = readTarget(value, snapshot);
    expect(target?.page.id).toBe(page);
    expect(target?.values).toEqual(values);
    expect(target === null ? null : writeTarget(target)).toEqual(value);
  });

  it("leaves addresses and other expressions alone", () => {
    expect(readTarget("https://example.com", snapshot)).toBeNull();
    expect(readTarget({ expr: "row.isNew ? '/orders' : '/'" }, snapshot)).toBeNull();
    expect(parametersOf(at("form"))).toEqual(["id"]);
  });

  it("brackets what would not stand alone in a sum", () => {
    expect(writeTarget({ page: at("form"), values: { id: { kind: "expression", text: "a ? b : c" } } })).toEqual({ expr: "'/orders/' + (a ? b : c)" });
  });
});

describe("words", () => {
  it("says what an action does", () => {
    expect(actionWords({ action: "navigate", to: "/orders/new" }, snapshot)).toBe("Navigate to /orders/new");
    expect(actionWords({ action: "createRecord", model: { ref: "order" }, values: { a: 1, b: 2, c: 3 } }, snapshot)).toBe("Create Order with 3 values");
    expect(actionWords({ action: "showMessage", message: "Gespeichert 😀" }, snapshot)).toBe("Show “Gespeichert 😀”");
  });

  it("says when a schedule runs", () => {
    expect(cronWords("0 3 * * *")).toBe("At 03:00.");
    expect(cronWords("0 8 * * 1-5")).toBe("At 08:00, on Monday to Friday.");
    expect(cronWords("*/15 * * * *")).toBe("Every 15 minutes.");
    expect(cronWords("every day")).toBeNull();
  });

  it("tells a duration's parts, and what was typed", () => {
    expect(readDuration("500ms")).toEqual({ amount: "500", unit: "ms" });
    expect(readDuration("5 parsecs")).toBeNull();
    expect(typedDuration("7", "d")).toBe("7d");
    expect(typedDuration("5 s", "d")).toBe("5s");
    expect(typedDuration("-5", "d")).toBeNull();
  });

  it("reads sizes and sort fields and writes them again", () => {
    for (const value of [2, "12px", "1.5rem", "50%"]) expect(writeSize(readSize(value) ?? { amount: "", unit: "px" })).toBe(value);
    expect(readSize("calc(1px + 2px)")).toBeNull();
    expect(writeSort(readSort(["-createdAt", "name"]))).toEqual(["-createdAt", "name"]);
    expect(writeSort([])).toBeUndefined();
  });
});

describe("models", () => {
  it("walks through references", () => {
    expect(fieldPaths("order", snapshot).map(([path]) => path)).toContain("customer.name");
    expect(fieldAt("order", "customer.name", snapshot)?.type).toBe("Text");
    expect(fieldAt("order", "status", snapshot)?.values).toEqual(["draft"]);
    expect(fieldAt("order", "status.name", snapshot)).toBeNull();
  });

  it("says what a role may do with a model and with one of its fields", () => {
    const registry = new Registry([]);
    expect(accessOf(at("order"), snapshot, registry)[0]).toMatchObject({ verbs: ["read"], limits: ["1 field hidden"] });
    expect(accessOf(at("status"), snapshot, registry)[0]?.limits).toEqual(["hidden"]);
    expect(accessOf(at("client"), snapshot, registry)[0]?.verbs).toEqual([]);
  });
});

describe("several nodes", () => {
  const a = node("a", "Button", ["", "", ""], { label: "A", list: { x: { order: "a", action: "navigate" } } });
  const b = node("b", "Button", ["", "", ""], { label: "B", list: { y: { order: "k", action: "navigate" } } });

  it("tells values that differ; entries' ids do not count", () => {
    expect(commonAt([a, b], ["label"])).toEqual({ value: "B", isMixed: true });
    expect(commonAt([a, b], ["list"]).isMixed).toBe(false);
  });

  it("shares what has one name and one meaning", () => {
    const define = (properties: Definition["schema"]["properties"]): Definition => ({ id: "", version: "1.0.0", kind: "component", title: "", schema: { properties: properties ?? {} } });
    const schema = sharedSchema([
      define({ label: { type: "string", title: "Label" }, size: { type: "integer" }, name: { type: "string" } }),
      define({ label: { type: "string", title: "Text" }, size: { type: "string" }, name: { type: "string" } }),
    ]);
    expect(Object.keys(schema.properties ?? {})).toEqual(["label"]);
  });
});

describe("forms and fixes", () => {
  it("finds the form that a value has", () => {
    const forms = formsOf({ anyOf: [{ type: "string", enum: ["RFC5322"] }, { type: "object", properties: { min: {} } }] }, "validation");
    expect(forms.map(({ title }) => title)).toEqual(["Known rule", "Own limits"]);
    expect([formOf(forms, "RFC5322"), formOf(forms, { min: 1 }), formOf(forms, undefined)]).toEqual([0, 1, -1]);
  });

  it("shows of an action what it takes", () => {
    expect(isRelevant("action", { action: "navigate" }, "to")).toBe(true);
    expect(isRelevant("action", { action: "navigate" }, "model")).toBe(false);
    expect(isRelevant("trigger", { type: "schedule" }, "cron")).toBe(true);
  });

  it("mends what is out of range, unknown or misspelt", () => {
    const owner = node("h", "Heading", ["", "", ""], { level: 9, old: 1 });
    const problem = (path: string[], code: string) => ({ node: "h", path: ["props", ...path], code, message: "", severity: "error" });
    expect(fixFor(problem(["level"], "range"), owner, { maximum: 6 }, snapshot)).toMatchObject({ title: "Set to 6", value: 6 });
    expect(fixFor(problem(["old"], "unknown_property"), owner, {}, snapshot)).toMatchObject({ title: "Remove", value: undefined });
    const source = node("h", "List", ["", "", ""], { model: "Ordr" });
    expect(fixFor(problem(["model"], "dangling_reference"), source, { "x-ref": { to: "DataModel" } }, snapshot)?.value).toEqual({ ref: "order" });
    expect(nearest("xyz", ["Order"])).toBeNull();
  });
});
