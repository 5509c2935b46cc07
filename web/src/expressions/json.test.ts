import { describe, expect, it } from "vitest";

import { Snapshot } from "../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../model/types";
import { check, evaluate, fromJson, schemaOf, toJson, types } from "./index";

const NOW = 1_764_579_600_000;

function node(id: string, type: string, place: readonly [string, string, string] | null, props: JsonObject): LiveNode {
  return { id, type: `${type}@1`, place, props };
}

function field(id: string, model: string, order: string, props: JsonObject): LiveNode {
  return node(id, "Field", [model, "fields", order], props);
}

const NODES: readonly LiveNode[] = [
  node("m1", "DataModel", ["application", "dataModels", "a0"], { name: "Order" }),
  node("m2", "DataModel", ["application", "dataModels", "a1"], { name: "Line" }),
  node("m3", "DataModel", ["application", "dataModels", "a2"], { name: "" }),
  node("m4", "DataModel", ["application", "dataModels", "a3"], { name: "Order" }),
  field("f1", "m1", "a0", { name: "total", type: "Decimal" }),
  field("f2", "m1", "a1", {
    name: "status",
    type: "Enum",
    values: { e2: { order: "a1", value: "größer" }, e1: { order: "a0", value: "draft" } },
  }),
  field("f3", "m1", "a2", { name: "placed", type: "DateTime" }),
  field("f4", "m1", "a3", { name: "count", type: "Integer" }),
  field("f5", "m1", "a4", { name: "", type: "Text" }),
  field("f6", "m1", "a5", { name: "unfinished" }),
  field("f7", "m2", "a0", { name: "order", type: "Reference", model: { ref: "m1" }, inverse: "lines" }),
  field("f8", "m2", "a1", { name: "lost", type: "Reference", model: { ref: "gone" } }),
  field("f9", "m2", "a2", { name: "price", type: "Decimal" }),
];

function snapshot(nodes: readonly LiveNode[] = NODES): Snapshot {
  return new Snapshot({}, new Map(nodes.map((each) => [each.id, each])));
}

const SCHEMA = schemaOf(snapshot());
const ORDER: Json = {
  id: "o1",
  total: "12.50",
  placed: "2025-11-01T00:00:00.000Z",
  count: 3,
  status: null,
  lines: [{ id: "l1", price: "0.10", order: "o1" }, "l2"],
};

function value(source: string, record: Json = ORDER): unknown {
  const context = { record: fromJson(record, types.recordOf("m1"), SCHEMA) };
  const outcome = evaluate(source, context, { now: NOW });
  return outcome.ok ? toJson(outcome.value) : outcome.error.code;
}

describe("schemaOf", () => {
  it("[EX8] tells fields, system fields, inverse lists and enums, and leaves out what is unfinished", () => {
    expect(Object.keys(SCHEMA.models)).toEqual(["m1", "m2"]);
    expect(SCHEMA.models.m1?.fields).toEqual({
      lines: types.listOf(types.recordOf("m2")),
      id: types.STRING,
      createdAt: types.TIMESTAMP,
      updatedAt: types.TIMESTAMP,
      createdBy: types.STRING,
      total: types.DECIMAL,
      status: types.STRING,
      placed: types.TIMESTAMP,
      count: types.INT,
    });
    expect(SCHEMA.models.m2?.fields.order).toEqual(types.recordOf("m1"));
    expect(SCHEMA.models.m2?.fields.lost).toBeUndefined();
    expect(SCHEMA.enums).toEqual({ Order: { status: ["draft", "größer"] }, Line: {} });
  });

  it("[EX7] types expressions", () => {
    const scope = { models: types.modelsType(SCHEMA), enums: types.enumsType(SCHEMA) };
    const total = check("models.Order.map(o, o.lines.map(l, l.price).sum()).sum()", scope, SCHEMA);
    expect(total).toEqual({ ok: true, value: types.DECIMAL });
    expect(check("enums.Order.status.first()", scope, SCHEMA)).toEqual({ ok: true, value: types.STRING });
    const wrong = check("models.Order.map(o, o.totl)", scope, SCHEMA);
    expect(wrong).toMatchObject({ ok: false, error: { code: "expression_name", start: 22, end: 26 } });
    if (!wrong.ok) expect(wrong.error.message).toContain("Did you mean 'total'?");
  });

  it("[EX8] a deleted model is gone", () => {
    const nodes = NODES.map((each) => (each.id === "m1" ? { ...each, place: null } : each));
    expect(Object.values(schemaOf(snapshot(nodes)).models).map((model) => model.name)).toEqual(["Line", "Order"]);
  });
});

describe("fromJson and toJson", () => {
  it("[EX16] values of the wire become exact and go back", () => {
    expect(value("record.total * 3")).toBe("37.50");
    expect(value("record.total * record.count")).toBe("37.50");
    expect(value("record.count / 2")).toBe(1);
    expect(value("now() - record.placed > duration('168h')")).toBe(true);
    expect(value("record.placed")).toBe("2025-11-01T00:00:00.000Z");
    expect(value("has(record.status)")).toBe(false);
    expect(value("record.lines.map(l, l.price).sum()")).toBe("0.10");
    expect(value("record.lines.map(l, l == 'l2')")).toEqual([false, true]);
    expect(value("record.lines")).toEqual(["l1", "l2"]);
    expect(value("record.lines[0].order == record")).toBe(true);
    expect(value("record")).toBe("o1");
    expect(value("duration('90s')")).toBe("90s");
    expect(value("9007199254740993")).toBe("9007199254740993");
    expect(value("1.0 / 0.0")).toBe(null);
    expect(value("{'größe': [1, null, decimal('1.0')]}")).toEqual({ größe: [1, null, "1.0"] });
  });

  it("[EX16] a draft that is half typed is what it looks like", () => {
    expect(value("record.total", { id: "o1", total: "12,5" })).toBe("12,5");
    expect(value("record.total * 2", { id: "o1", total: "12,5" })).toBe("expression_type");
    expect(value("record.total * 2", { id: "o1", total: 1.25 })).toBe("2.50");
    expect(value("record.count + 1", { id: "o1", count: "41" })).toBe(42);
    expect(value("record.placed", { id: "o1", placed: "morgen" })).toBe("morgen");
    expect(value("has(record.total)", { total: null })).toBe(false);
    expect(value("record == null", 5)).toBe(true);
  });

  it("[EX17] names of prototypes are nothing", () => {
    const json = JSON.parse('{"id": "o1", "__proto__": {"x": 1}}') as Json;
    expect(value("record.constructor == null && record.toString == null", json)).toBe(true);
    expect(value("record.x == null", json)).toBe(true);
    const untyped = fromJson({ valueOf: "ä" }, types.DYN, SCHEMA);
    expect(evaluate("v.valueOf + v['valueOf']", { v: untyped }, { now: NOW })).toEqual({ ok: true, value: "ää" });
    expect(evaluate("constructor", {}, { now: NOW })).toMatchObject({ ok: false, error: { code: "expression_name" } });
  });
});
