import { describe, expect, it } from "vitest";

import { type Filter, type Operand, readFilter, writeFilter } from "./filter";

const written = (source: string): string | null => {
  const filter = readFilter(source);
  return filter === null ? null : writeFilter(filter);
};

describe("filters as rows", () => {
  it.each([
    "item.status == 'draft'",
    "item.total >= 100 && item.customer.name != 'Größe 😀'",
    "item.total > decimal('9.90') || item.count < -3",
    "item.status in ['draft', 'shipped']",
    "!(item.status in ['draft'])",
    "has(item.approvedBy) && !has(item.notes)",
    "item.active && !item.hidden",
    "item.orderNo.contains(vars.search) && item.orderNo.startsWith('A-')",
    "item.createdAt >= timestamp('2026-01-01T00:00:00Z')",
    "item.updatedAt < (now() - duration('168h'))",
    "item.order == params.id",
    "item.parent == null && item.isOpen == true",
    "(vars.status == null || item.status == vars.status) && (vars.search == '' || item.orderNo.contains(vars.search))",
    "vars.status == null || item.status == vars.status",
    "item.name == 'O\\'Neil \\\\ Söhne\\n'",
    "item.link == 'https://example.com'",
  ])("reads and writes %s", (source) => {
    expect(written(source)).toBe(source);
  });

  it.each([
    ["(item.a == 1)", "item.a == 1"],
    ["'draft' == item.status", "item.status == 'draft'"],
    ["10 < item.total", "item.total > 10"],
    ["item.a == 1 && (item.b == 2 && item.c == 3)", "item.a == 1 && item.b == 2 && item.c == 3"],
    ["  ", ""],
  ])("writes %s as %s", (source, expected) => {
    expect(written(source)).toBe(expected);
  });

  it.each([
    "item.a == 1 && (item.b == 2 || item.c == 3)",
    "size(item.lines) > 2",
    "record.status == 'draft'",
    "item.a == 1 // only the first",
    "item.lines.exists(line, line.a == 1)",
    "!(item.a == 1)",
    "item.status ==",
    "(vars.a == null || item.status == vars.b)",
  ])("leaves %s to the editor of expressions", (source) => {
    expect(readFilter(source)).toBeNull();
  });

  it("reads back what it writes, whatever the rows are", () => {
    const operands: readonly Operand[] = [
      { kind: "text", text: "it's \"so\"\n" },
      { kind: "number", text: "-12.5" },
      { kind: "decimal", text: "0.10" },
      { kind: "timestamp", text: "2026-02-03T04:05:06Z" },
      { kind: "boolean", isTrue: false },
      { kind: "null" },
      { kind: "list", items: [{ kind: "text", text: "a" }, { kind: "number", text: "2" }] },
      { kind: "expression", text: "vars.a + vars.b" },
      { kind: "expression", text: "vars.a ? 1 : 2" },
    ];
    for (const join of ["and", "or"] as const) {
      for (const operator of ["==", "!=", "<", ">="] as const) {
        const rows = operands.map((operand) => ({ field: "a.b", operator, operand, isOptional: "no" as const }));
        const filter: Filter = { join, rows };
        expect(readFilter(writeFilter(filter))).toEqual(filter);
      }
    }
  });

  it("keeps conditions that hold where a value is missing within an or", () => {
    const filter: Filter = {
      join: "or",
      rows: [
        { field: "a", operator: "==", operand: { kind: "number", text: "1" }, isOptional: "no" },
        { field: "b", operator: "==", operand: { kind: "expression", text: "vars.b" }, isOptional: "null" },
      ],
    };
    // Joined by "or" the guard would join them too, so such a filter is not read as rows.
    expect(readFilter(writeFilter(filter))).toBeNull();
  });
});
