import { describe, expect, it } from "vitest";

import { types } from "../../expressions";
import { paint } from "./highlight";
import { suggest, type Surroundings } from "./suggest";

const { DECIMAL, INT, listOf, objectOf, recordOf, STRING, TIMESTAMP } = types;

const schema: types.Schema = {
  models: {
    order: { name: "Order", fields: { id: STRING, createdAt: TIMESTAMP, status: STRING, total: DECIMAL, customer: recordOf("customer"), lines: listOf(recordOf("line")) } },
    customer: { name: "Customer", fields: { id: STRING, name: STRING, größe: INT } },
    line: { name: "Line", fields: { id: STRING, quantity: INT, product: recordOf("product") } },
    product: { name: "Product", fields: { sku: STRING } },
  },
  enums: { Order: { status: ["draft", "confirmed"] } },
};
const around: Surroundings = {
  schema,
  scope: {
    record: recordOf("order"), item: recordOf("line"), vars: objectOf({ search: STRING }), params: objectOf({ id: STRING }),
    models: types.modelsType(schema), enums: types.enumsType(schema),
  },
};

/** Labels that are suggested where the bar stands. */
function labels(source: string): readonly string[] {
  const at = source.indexOf("|");
  return suggest(source.replace("|", ""), at, around)?.options.map(({ label }) => label) ?? [];
}

describe("what may stand in an expression", () => {
  it("is names and functions at the beginning and after an operator", () => {
    expect(labels("|")).toEqual(expect.arrayContaining(["record", "item", "vars", "models", "enums", "now", "sum", "has", "true"]));
    expect(labels("record.total > |")).toEqual(expect.arrayContaining(["record", "decimal"]));
    expect(labels("record.total |")).toEqual([]);
  });

  it("is the fields of a record, through references", () => {
    expect(labels("record.|")).toEqual(expect.arrayContaining(["status", "customer", "lines"]));
    expect(labels("record.cust|")).toEqual(expect.arrayContaining(["customer"]));
    expect(labels("record.customer.|")).toEqual(["id", "name", "größe"]);
    expect(labels("(1 + 2 > 3) && record.lines[0].product.|")).toEqual(["sku"]);
  });

  it("is variables, parameters, models and enumerations", () => {
    expect(labels("vars.|")).toEqual(["search"]);
    expect(labels("params.|")).toEqual(["id"]);
    expect(labels("models.|")).toEqual(["Order", "Customer", "Line", "Product"]);
    expect(labels("enums.Order.|")).toEqual(["status"]);
  });

  it("is the fields of what a macro goes through", () => {
    expect(labels("record.lines.|")).toEqual(expect.arrayContaining(["map", "filter", "size", "first"]));
    expect(labels("record.lines.map(line, line.|")).toEqual(["id", "quantity", "product"]);
    expect(labels("record.lines.filter(l, l.quantity > 1).map(x, x.product.|)")).toEqual(["sku"]);
    expect(labels("models.Order.map(o, o.lines.map(l, l.|")).toEqual(["id", "quantity", "product"]);
    expect(labels("record.lines.map(line, |")).toContain("line");
  });

  it("is the words of the enumeration that a text is compared with", () => {
    expect(labels("record.status == '|")).toEqual(["draft", "confirmed"]);
    expect(labels("record.status in ['draft', '|']")).toEqual(["draft", "confirmed"]);
    expect(labels("models.Order.filter(o, o.status != '|")).toEqual(["draft", "confirmed"]);
    expect(labels("record.total == '|")).toEqual([]);
    expect(labels("// record.|")).toEqual([]);
  });

  it("is methods by the type before the point, with their signatures", () => {
    expect(labels("record.status.|")).toEqual(expect.arrayContaining(["contains", "size", "upper"]));
    expect(labels("record.status.|")).not.toContain("first");
    expect(suggest("ro", 2, around)?.options.find(({ label }) => label === "round")).toMatchObject({ detail: "(decimal) → decimal …", template: "round(${})" });
    expect(suggest("now", 3, around)?.options.find(({ label }) => label === "now")).toMatchObject({ template: "now()" });
  });

  it("is nothing where the source cannot be read, and nothing of a prototype", () => {
    expect(labels("record.constructor.|")).toEqual([]);
    expect(labels("§ |")).toEqual([]);
    expect(labels(".|")).toEqual([]);
  });
});

describe("the colours of an expression", () => {
  it("are those of its tokens, those behind a fault too", () => {
    expect(paint("record.total > 1").map(({ look }) => look)).toEqual(["root", "name", "operator", "number"]);
    expect(paint("size('a') = true").map(({ look }) => look)).toEqual(["call", "string", "atom"]);
    expect(paint("1 // x").at(-1)).toEqual({ from: 2, to: 6, look: "comment" });
    expect(paint("'open")).toEqual([]);
  });
});
