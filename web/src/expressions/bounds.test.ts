import { describe, expect, it } from "vitest";

import { check, evaluate, analyse, toJson, type Value } from "./index";
import { EMPTY_SCHEMA } from "./types";

const NOW = 1_764_579_600_000;
/** Far more than the worst takes: what is measured is that it ends. */
const PATIENCE_MS = 5_000;

const HUNDRED = `[${"1,".repeat(99)}1]`;
const NINES = "9".repeat(900);

function rounds(times: number, body: string, macro = "map"): string {
  const variables = ["a", "b", "c", "d"].slice(0, times);
  return variables.reduceRight((inner, name) => `${HUNDRED}.${macro}(${name}, ${inner})`, body);
}

/** `[start].map(v, [step].map(v, …))`, which doubles at every level. */
function doubling(step: string, times: number, start: string): string {
  let inner = "v";
  for (let level = 0; level < times; level++) inner = `[${step}].map(v, ${inner})`;
  return `[${start}].map(v, ${inner})`;
}

const pairs = Array.from({ length: 12 }, (_, at) => `.map(v${String(at)}, [v${String(at)}[0].p, v${String(at)}[0].q])`);

const HOSTILE: Readonly<Record<string, string>> = {
  "a long source": `'${"ä".repeat(20_000)}'`,
  "brackets within brackets": "(".repeat(2_000) + "1" + ")".repeat(2_000),
  "lists within lists": "[".repeat(2_000) + "]".repeat(2_000),
  "calls within calls": "size(".repeat(1_500) + "'ä'" + ")".repeat(1_500),
  negations: `${"!".repeat(9_000)}true`,
  signs: `${"- ".repeat(4_000)}1`,
  "choices within choices": "true ? ".repeat(1_000) + "1" + " : 1".repeat(1_000),
  "a long chain": `1${"+1".repeat(4_000)}`,
  "a long path": `x${".a".repeat(4_000)}`,
  "a large list": `[${"1,".repeat(4_000)}1]`,
  "lists times lists": rounds(4, "a + b + c + d"),
  "an error for every element": rounds(4, "a / 0 == 1", "exists"),
  "texts that double": doubling("v + v", 22, "'ä'"),
  "texts that are replaced by longer ones": `'a'${".replace('a', 'aaaaaaaaaaaaaaaa')".repeat(8)}`,
  "texts that are joined": `${HUNDRED}.map(a, '${"x".repeat(2_000)}').join('${"y".repeat(2_000)}')`,
  "lists that double": doubling("v + v", 22, "[1]"),
  "a result that doubles": doubling("[v, v]", 25, "1"),
  "a comparison that doubles": `${doubling("[v, v]", 25, "1")} == ${doubling("[v, v]", 25, "1")}`,
  "a decimal's exponent": "decimal('1e999999')",
  "decimals that are squared": doubling("v * v", 20, `decimal('${NINES}')`),
  "long decimals again and again": `[decimal('${NINES}')].map(d, ${rounds(3, "d / 7")})`,
  "long numbers as texts": `[decimal('${NINES}')].map(d, ${rounds(3, "string(d)")})`,
  "a pattern that grows": "'a'.matches('((a{1000}){1000}){1000}')",
  "a pattern of nothing that grows": "'a'.matches('(((()){1000}){1000}){1000}')",
  "a deep pattern": `'a'.matches('${"(".repeat(240)}${")".repeat(240)}')`,
  "a slow pattern": `'${"a".repeat(3_000)}X'.matches('^(a{0,30}){0,20}$')`,
};

function fault(source: string): string {
  const outcome = evaluate(source, { x: "ä" }, { now: NOW });
  return outcome.ok ? `no error: ${JSON.stringify(toJson(outcome.value))}` : outcome.error.code;
}

describe("hostile expressions", () => {
  it.each(Object.keys(HOSTILE))("[EX10] %s is cut off, and the next call works", (name) => {
    const start = performance.now();
    expect(fault(HOSTILE[name] ?? "")).toBe("expression_limit");
    expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
    const next = evaluate("x + '€'", { x: "ä" }, { now: NOW });
    expect(next).toEqual({ ok: true, value: "ä€" });
  });

  it("[EX10] nothing is thrown by analyses and checks of them", () => {
    for (const source of [...Object.values(HOSTILE), `[x]${pairs.join("")}`]) {
      const start = performance.now();
      const analysed = analyse(source);
      const checked = check(source, { x: { name: "dyn" } }, EMPTY_SCHEMA);
      expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
      if (!analysed.ok) expect(analysed.error.code).toBe("expression_limit");
      if (!checked.ok) expect(checked.error.code).toMatch(/^expression_(limit|type)$/);
    }
  });

  it("[EX10] a large context is walked through only so far", () => {
    const rows: Value = Array.from({ length: 300_000 }, (_, index) => BigInt(index));
    const outcome = evaluate("rows.filter(r, r > 10).size()", { rows }, { now: NOW });
    expect(outcome).toMatchObject({ ok: false, error: { code: "expression_limit" } });
    const part = evaluate("rows.filter(r, r > 10).size()", { rows: rows.slice(0, 1_000) }, { now: NOW });
    expect(part).toEqual({ ok: true, value: 989n });
  });
});

describe("regular expressions", () => {
  it.each(["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)*x", "^(a*)*(a*)*(a*)*$"])(
    "[EX20] %s takes linear time",
    (pattern) => {
      const start = performance.now();
      const text = `${"a".repeat(2_000)}€`;
      const outcome = evaluate(`text.matches('${pattern}')`, { text }, { now: NOW });
      expect(outcome).toEqual({ ok: true, value: false });
      expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
    },
  );
});
