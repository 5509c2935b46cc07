/** The engine against others: cel-js itself, big.js, and JavaScript's regular expressions. */
import { Environment, evaluate as evaluateCel } from "@marcbachmann/cel-js";
import Big from "big.js";
import { describe, expect, it } from "vitest";

import { add, compare, decimalOfText, divide, multiply, subtract, textOfDecimal } from "./decimal";
import { evaluate, toJson, type Value } from "./index";
import { parse } from "./parse";
import { matches } from "./pattern";
import { compareTexts } from "./values";

/** Numbers that look random and are the same at every run. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state / 2 ** 32;
  }
}

const EXPRESSIONS = [
  "1 + 2 * 3 - 4",
  "7 / 2 + 7 % 2",
  "-7 / 2",
  "1.5 * 2.0 + 0.25",
  "'Größe' + '!'",
  "'a' < 'b' && !(2 >= 3) || false",
  "[1, 2, 3].map(x, x * x)",
  "[1, 2, 3].map(x, x > 1, x * 2)",
  "[1, 2, 3].filter(x, x % 2 == 1)",
  "[1, 2, 3].exists(x, x == 2) && [1, 2].all(x, x > 0) && [1, 2, 2].exists_one(x, x == 1)",
  "[1, 2].map(x, [3, 4].map(y, x * y))",
  "{'a': 1, 'b': 2}['b'] + size({'c': 1}) + size([1, 2]) + size('äöü')",
  "2 in [1, 2] && 'a' in {'a': 1}",
  "true ? 'ja' : 'nein'",
  "'hello world'.contains('lo w') && 'ab'.startsWith('a') && 'ab'.endsWith('b')",
  "'A-100'.matches('^[A-Z]-[0-9]+$')",
  "'a,b'.split(',')",
  "['a', 'b'].join('-')",
  "'abc'.substring(1) + 'abc'.substring(0, 2)",
  "timestamp('2026-11-22T09:00:00Z') - timestamp('2026-11-21T09:00:00Z') == duration('24h')",
  "timestamp('2026-11-22T09:10:11Z').getHours() + timestamp('2026-11-22T09:10:11Z').getFullYear()",
  "timestamp('2026-11-22T09:10:11Z').getDayOfWeek() + timestamp('2026-11-22T09:10:11Z').getMonth()",
  "duration('1h30m') + duration('30m') == duration('2h')",
  "int('42') + int(2.9)",
  "string(1.5) + string(true) + string(12)",
  "[[1], [2, 3]] == [[1], [2, 3]]",
  "0x1F + 1",
  "\"a\\u00e4\\n\" + r'\\d'",
  "1 / 0 == 1 || true",
  "false && 1 / 0 == 1",
];

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

describe("standard expressions", () => {
  it.each(EXPRESSIONS)("[EX1] %s is what cel-js says", (source) => {
    const outcome = evaluate(source, {}, { now: 0 });
    expect(outcome).toMatchObject({ ok: true });
    if (outcome.ok) expect(toJson(outcome.value)).toEqual(plain(evaluateCel(source)));
  });
});

describe("sources", () => {
  // What cel-js takes and this engine refuses with words of its own.
  const REFUSED = /^(Bytes and unsigned|This integer is too large|has\(\) takes|\w+\(\) takes the name)/u;
  const cel = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  const words = [
    "a", "ä", "has(a.b)", "in", "null", "1", "0x1F", "1u", "1.5e3", "'\\u00e4'", "r'\\d'", "'''x'y'''", "b'q'", "(", ")", "[", "]",
    "{", "}", ".", ",", ":", "?", "+", "-", "*", "<=", "==", "=", "!", "&&", "|", " ", "\n", "// c\n", ".map(x, x)", ".f(1)",
  ];
  const said = (read: (source: string) => unknown, source: string): string => {
    try {
      read(source);
      return "";
    } catch (thrown) {
      return (thrown as Error).message;
    }
  };

  it("[EX1] are expressions where cel-js says so", () => {
    const random = numbers(5);
    const pick = (from: readonly string[]): string => from[Math.floor(random.next().value * from.length)] ?? "";
    for (let round = 0; round < 5_000; round++) {
      const base = pick(EXPRESSIONS);
      const at = Math.floor(random.next().value * base.length);
      const source = `${base.slice(0, at)}${pick(words)}${base.slice(at + Math.floor(random.next().value * 3))}`;
      const refusal = said(parse, source);
      if (REFUSED.test(refusal)) continue;
      expect(refusal === "", `${source}: ${refusal}`).toBe(said((text) => cel.parse(text), source) === "");
    }
  });
});

describe("decimals", () => {
  it("[EX2] agree with big.js", () => {
    const random = numbers(7);
    const digits = (count: number): string =>
      Array.from({ length: count }, () => Math.floor(random.next().value * 10)).join("");
    const some = (): string => {
      const sign = random.next().value < 0.5 ? "-" : "";
      const [whole, places] = [1 + Math.floor(random.next().value * 25), Math.floor(random.next().value * 20)];
      return `${sign}${digits(whole)}${places > 0 ? `.${digits(places)}` : ""}`;
    };
    const exact = Big();
    exact.DP = 100;
    for (let round = 0; round < 2_000; round++) {
      const [left, right] = [some(), some()];
      const [a, b] = [decimalOfText(left), decimalOfText(right)];
      const [x, y] = [new exact(left), new exact(right)];
      expect(compare(a, b)).toBe(x.cmp(y));
      expect(new Big(textOfDecimal(add(a, b))).eq(x.plus(y)), `${left} + ${right}`).toBe(true);
      expect(new Big(textOfDecimal(subtract(a, b))).eq(x.minus(y)), `${left} - ${right}`).toBe(true);
      expect(new Big(textOfDecimal(multiply(a, b))).eq(x.times(y)), `${left} * ${right}`).toBe(true);
      if (y.eq(0)) continue;
      const quotient = x.div(y).prec(34, 2);
      expect(new Big(textOfDecimal(divide(a, b))).eq(quotient), `${left} / ${right}`).toBe(true);
    }
  });
});

describe("regular expressions", () => {
  it("[EX20] agree with JavaScript's", () => {
    const random = numbers(11);
    const pick = (from: readonly string[]): string =>
      from[Math.floor(random.next().value * from.length)] ?? "";
    const pattern = (depth: number): string => {
      const parts = Array.from({ length: 1 + Math.floor(random.next().value * 3) }, () => {
        const atoms = ["a", "b", "ä", ".", "[ab]", "[^a]", "\\d", "\\w", "[b-d]"];
        const atom = depth > 0 && random.next().value < 0.4 ? `(${pattern(depth - 1)})` : pick(atoms);
        return atom + pick(["", "", "*", "+", "?", "{1,2}", "{2}", "{0,1}?"]);
      });
      return parts.join(pick(["", "", "|"]));
    };
    for (let round = 0; round < 1_500; round++) {
      const source = pick(["", "^"]) + pattern(2) + pick(["", "$"]);
      const length = Math.floor(random.next().value * 8);
      const text = Array.from({ length }, () => pick(["a", "b", "c", "1", "ä", " "])).join("");
      const expected = new RegExp(source, "u").test(text);
      expect(matches(text, source, () => undefined), `/${source}/ on '${text}'`).toBe(expected);
    }
  });
});

describe("texts", () => {
  it("[EX1] are ordered by code point", () => {
    const texts = ["", "a", "ab", "ä", "\u{ffee}", "😀", "😁", "z", "\u{10ffff}", "\u{e000}", "Z"];
    const points = (text: string): Value[] => Array.from(text, (point) => BigInt(point.codePointAt(0) ?? 0));
    const byPoint = (one: string, other: string): number => {
      const [a, b] = [points(one), points(other)];
      const at = a.findIndex((point, index) => point !== b[index]);
      if (at < 0 || at >= b.length) return a.length - b.length;
      return Number(a[at]) - Number(b[at]);
    };
    for (const one of texts) {
      for (const other of texts) {
        expect(Math.sign(compareTexts(one, other)), `${one} ${other}`).toBe(Math.sign(byPoint(one, other)));
      }
    }
  });
});
