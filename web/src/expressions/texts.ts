/** The functions of texts. Positions and sizes count code points, so that no character is torn. */
import { ExpressionError } from "./errors";
import { TEXT_UNITS_MAX } from "./limits";
import { list, text, tooLong } from "./operators";
import type { Functions, Tools } from "./overloads";
import { matches } from "./pattern";
import type { Value } from "./values";

export function defineTexts(functions: Functions): void {
  const one = (signature: string, run: (text: string, part: string, tools: Tools) => Value): void => {
    functions.define(signature, (tools, value: string, part: string) => {
      tools.spend(value.length >> 4);
      return run(value, part, tools);
    });
  };
  one("string.contains(string): bool", (value, part) => value.includes(part));
  one("string.startsWith(string): bool", (value, part) => value.startsWith(part));
  one("string.endsWith(string): bool", (value, part) => value.endsWith(part));
  one("string.matches(string): bool", (value, pattern, tools) => matches(value, pattern, tools.spend));
  one("string.lower(): string", (value) => text(value.toLowerCase()));
  one("string.upper(): string", (value) => text(value.toUpperCase()));
  one("string.lowerAscii(): string", (value) => value.replace(/[A-Z]/g, (unit) => unit.toLowerCase()));
  one("string.upperAscii(): string", (value) => value.replace(/[a-z]/g, (unit) => unit.toUpperCase()));
  one("string.trim(): string", (value) => value.trim());
  one("string.indexOf(string): int", (value, part) => positionOf(value, value.indexOf(part)));
  one("string.split(string): list<string>", split);
  functions.define("string.replace(string, string): string", (tools, value: string, part: string, by: string) =>
    join(split(value, part, tools), by, tools),
  );
  functions.define("string.substring(int): string", (tools, value: string, start: bigint) =>
    substring(value, start, null, tools),
  );
  functions.define("string.substring(int, int): string", (tools, value: string, start: bigint, end: bigint) =>
    substring(value, start, end, tools),
  );
  functions.define("list<string>.join(): string", (tools, items: readonly Value[]) =>
    join(items, "", tools),
  );
  functions.define("list<string>.join(string): string", (tools, items: readonly Value[], between: string) =>
    join(items, between, tools),
  );
}

function positionOf(value: string, unit: number): bigint {
  return BigInt(unit < 0 ? -1 : [...value.slice(0, unit)].length);
}

function split(value: string, separator: string, tools: Tools): readonly Value[] {
  const parts = separator === "" ? [...value] : value.split(separator);
  tools.spend(parts.length);
  return list(parts);
}

function join(items: readonly Value[], between: string, tools: Tools): string {
  tools.spend(items.length);
  const parts = items.filter((item) => item !== null);
  let units = between.length * parts.length;
  for (const part of parts) {
    if (typeof part !== "string") {
      throw new ExpressionError("expression_type", "join() needs a list of texts: use string(…).");
    }
    units += part.length;
  }
  tools.spend(units >> 4);
  // What would become too long is refused before it is made.
  if (units - between.length > TEXT_UNITS_MAX) throw tooLong();
  return parts.join(between);
}

function substring(value: string, start: bigint, end: bigint | null, tools: Tools): string {
  tools.spend(value.length >> 2);
  const points = [...value];
  const last = end ?? BigInt(points.length);
  if (start >= 0n && start <= last && last <= BigInt(points.length)) {
    return points.slice(Number(start), Number(last)).join("");
  }
  throw new ExpressionError("expression_value", "substring() is asked for more than there is.");
}
