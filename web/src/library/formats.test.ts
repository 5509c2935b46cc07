import { describe, expect, it } from "vitest";

import { patterned, relative, instantOf, fromWallClock, toWallClock } from "./dates";
import { change, formatted, readFormat } from "./formats";
import { field } from "./testing/data";
import { compareDecimals, editable, parseDecimal, shifted } from "./numbers";

const reading = (locale: string) => ({ locale, now: Date.UTC(2026, 10, 22, 9) });
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/gu, " ");

describe("numbers", () => {
  it.each([
    ["1,234.56", "en", "1234.56"], ["1.234,56", "de", "1234.56"], ["1 234,56", "fr", "1234.56"], ["1’234.56", "de-CH", "1234.56"],
    ["12,34,567.5", "en-IN", "1234567.5"], ["٣٫٥", "ar-EG", "3.5"], ["−7", "en", "-7"], ["+08", "en", "8"], [".5", "en", "0.5"], ["-0.00", "en", "0.00"],
    ["1.5", "de", "1.5"], ["1.500", "de", "1500"], ["1,5", "en", "1.5"], ["9007199254740993.10", "en", "9007199254740993.10"],
  ])("are read as they were meant: %j in %s", (text, locale, decimal) => {
    expect(parseDecimal(text, locale)).toBe(decimal);
  });

  it.each([["", "en"], ["zwölf", "de"], ["1,23,4", "en"], ["1.2.3", "en"], ["1e5", "en"], ["--1", "en"], ["0x10", "en"], ["1".repeat(200), "en"]])("that are none are refused: %j", (text, locale) => {
    expect(parseDecimal(text, locale)).toBeNull();
  });

  it("come back from what is edited, in every notation", () => {
    for (const locale of ["en", "de", "fr-CH", "ar-EG", "hi-IN", "fa"]) expect(parseDecimal(editable("-1234567.05", locale), locale)).toBe("-1234567.05");
  });

  it("are shifted and compared exactly", () => {
    expect(shifted("19.5", -2)).toBe("0.195");
    expect(shifted("-0.1", 2)).toBe("-10");
    expect(shifted("7", -3)).toBe("0.007");
    expect(compareDecimals("9007199254740993.10", "9007199254740993.1")).toBe(0);
    expect(compareDecimals("-2", "-10.5")).toBe(1);
    expect(compareDecimals("0.1", "0.10000001")).toBe(-1);
  });
});

describe("formats", () => {
  it("keep every digit of a decimal", () => {
    expect(formatted("9007199254740993.10", readFormat({ style: "currency", currency: "EUR" }), null, reading("en"))).toBe("€9,007,199,254,740,993.10");
    expect(plain(formatted("1234.5", readFormat({ style: "currency", currency: "EUR" }), null, reading("de")))).toBe("1.234,50 €");
    expect(formatted("0.1925", readFormat({ style: "percent" }), null, reading("en"))).toBe("19.25%");
    expect(formatted("12.5", readFormat(null), field("total", "Decimal", { scale: 2 }), reading("en"))).toBe("12.50");
    expect(formatted(1234567, readFormat(null), field("count", "Integer"), reading("de"))).toBe("1.234.567");
  });

  it("write what does not fit them as it is", () => {
    expect(formatted("größer", readFormat({ style: "currency", currency: "EUR" }), null, reading("en"))).toBe("größer");
    expect(formatted("31.12.2026", readFormat({ style: "date" }), null, reading("en"))).toBe("31.12.2026");
    expect(formatted(null, readFormat({ style: "date" }), null, reading("en"))).toBe("");
    expect(formatted("5", readFormat({ style: "currency", currency: "<script>" }), null, reading("en"))).toBe("5.00");
    expect(readFormat({ style: "roman", digits: 99, pattern: 7 })).toEqual({ style: null, currency: null, digits: null, pattern: null });
  });

  it("tell sizes, lists and words of enumerations", () => {
    expect(formatted(1_500_000, readFormat({ style: "bytes" }), null, reading("en"))).toBe("1.5 MB");
    expect(formatted(["ä", null, "ö"], readFormat(null), null, reading("en"))).toBe("ä, ö");
    expect(formatted("inProgress", readFormat(null), field("status", "Enum", { values: ["inProgress"] }), reading("en"))).toBe("In progress");
  });

  it("show the sign of a change", () => {
    expect(change("10.5", readFormat({ style: "currency", currency: "EUR" }), "en")).toBe("+€10.50");
    expect(change(0, readFormat(null), "en")).toBe("0");
    expect(change("none", readFormat(null), "en")).toBeNull();
  });
});

describe("dates", () => {
  it("are days of the calendar, in every time zone", () => {
    expect(formatted("2026-11-22", readFormat({ style: "date" }), null, reading("en-GB"))).toBe("22 Nov 2026");
    expect(formatted("2026-11-22", readFormat({ pattern: "yyyy-MM-dd 'um' EEE" }), null, reading("de"))).toBe("2026-11-22 um So");
    expect(formatted("09:05:00", readFormat({ pattern: "H:mm 'o''clock'" }), null, reading("en"))).toBe("9:05 o'clock");
  });

  it("go to the reader's clock and back", () => {
    expect(fromWallClock(toWallClock("2026-11-22T09:30:00.000Z"))).toBe("2026-11-22T09:30:00.000Z");
    expect(toWallClock("größer")).toBe("");
    expect(fromWallClock("")).toBe("");
    expect(instantOf("2026-02-30T99:00:00Z")).toBeNull();
  });

  it("are told by their distance", () => {
    expect(relative(-90_000, "en")).toBe("1 minute ago");
    expect(relative(3 * 86_400_000, "de")).toBe("in 3 Tagen");
    expect(relative(0, "en")).toBe("now");
  });

  it("take a pattern's letters only", () => {
    const noon = instantOf("12:00:00");
    expect(noon === null ? "" : patterned(noon, "hh a!", "en")).toBe("12 PM!");
  });
});
