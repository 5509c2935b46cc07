import { describe, expect, it } from "vitest";

import { fileName } from "../read";
import { nextItem } from "../menu";
import { optionsOf, searched } from "../select";
import { moved } from "../table/rows";
import { directionOf, lastPage, nextSort } from "../table/sorting";
import { field } from "../testing/data";
import { decimalOf, keptNumber, numberProblem, rangeProblem, stepped } from "./NumberInput";

describe("a number field", () => {
  it("keeps integers as numbers and decimals as texts", () => {
    expect(keptNumber("12", field("count", "Integer"), null)).toBe(12);
    expect(keptNumber("12", field("price", "Decimal"), null)).toBe("12");
    expect(keptNumber("12.5", null, null)).toBe(12.5);
    expect(keptNumber("12.5", null, "7")).toBe("12.5");
    expect(keptNumber("9007199254740993", null, null)).toBe("9007199254740993");
  });

  it("says what does not fit its field or its bounds", () => {
    const price = field("price", "Decimal", { scale: 2 });
    expect(numberProblem("1.500", price)).toBeNull();
    expect(numberProblem("1.505", price)).toContain("2 digits");
    expect(numberProblem("1.5", field("count", "Integer"))).toContain("whole");
    expect(numberProblem("9007199254740993", field("count", "Integer"))).toContain("too large");
    expect(rangeProblem("-0.01", "0", null, (bound) => bound)).toBe("Enter at least 0.");
    expect(rangeProblem("0.3", "0.30", "0.300", (bound) => bound)).toBeNull();
  });

  it("steps exactly and reads numbers that JavaScript writes with an exponent", () => {
    expect(stepped("0.2", "0.1", 1)).toBe("0.3");
    expect(stepped("0", "0.25", -1)).toBe("-0.25");
    expect(decimalOf(1e21)).toBe("1000000000000000000000");
    expect(decimalOf(true)).toBeNull();
  });
});

describe("options", () => {
  it("keep their values and follow their order", () => {
    expect(optionsOf({ b: { order: "a1", value: 2, label: "Zwei" }, a: { order: "a0", value: 1 } }, false)).toEqual([
      { value: "1", label: "1", kept: 1 }, { value: "2", label: "Zwei", kept: 2 },
    ]);
    expect(optionsOf(["inProgress"], true)[0]?.label).toBe("In progress");
    expect(optionsOf(["inProgress", null, ""], false).map((option) => option.label)).toEqual(["inProgress"]);
  });

  it("are found by any part, in any case, and are the same answer each time", () => {
    const source = searched(optionsOf(["Łódź", "Gölbaşı"], false));
    expect(source("łó").get().choices.map((choice) => choice.value)).toEqual(["Łódź"]);
    expect(source("x").get().choices).toEqual([]);
    expect(source(" ÖL ")).toBe(source("öl"));
  });
});

describe("the keyboard", () => {
  it("moves through a menu round its ends and by letters", () => {
    const labels = ["Ändern", "Export", "Erneut"];
    expect(nextItem("ArrowDown", 2, labels)).toBe(0);
    expect(nextItem("ArrowUp", 0, labels)).toBe(2);
    expect(nextItem("e", 1, labels)).toBe(2);
    expect(nextItem("ä", 2, labels)).toBe(0);
    expect(nextItem("x", 0, labels)).toBeNull();
    expect(nextItem("ArrowDown", 0, [])).toBeNull();
  });

  it("stays within a table, and follows the direction of the text", () => {
    expect(moved("ArrowDown", [4, 1], 5, 3, false)).toEqual([4, 1]);
    expect(moved("ArrowRight", [0, 0], 5, 3, false)).toEqual([0, 1]);
    expect(moved("ArrowRight", [0, 1], 5, 3, true)).toEqual([0, 0]);
    expect(moved("End", [2, 0], 5, 1, false)).toEqual([4, 0]);
    expect(moved("End", [2, 0], 5, 3, false)).toEqual([2, 2]);
    expect(moved("q", [0, 0], 5, 3, false)).toBeNull();
  });
});

describe("the order of a table", () => {
  it("goes from ascending over descending to that of the source", () => {
    const once = nextSort([], "name");
    expect(once).toEqual(["name"]);
    const twice = nextSort(once, "name");
    expect(twice).toEqual(["-name"]);
    expect(nextSort(twice, "name")).toEqual([]);
    expect(nextSort(["-name"], "size")).toEqual(["size"]);
  });

  it("takes further columns behind the first", () => {
    expect(nextSort(["-name"], "size", true)).toEqual(["-name", "size"]);
    expect(nextSort(["-name", "size"], "name", true)).toEqual(["size"]);
    expect(directionOf(["-name", "size"], "name")).toBe("descending");
    expect(directionOf(["rename"], "name")).toBe("none");
  });

  it("has one page even without a record", () => {
    expect([lastPage(0, 25), lastPage(25, 25), lastPage(26, 25)]).toEqual([0, 0, 1]);
  });
});

describe("files", () => {
  it("are called by their names", () => {
    expect(fileName({ name: "Lieferschein ä.pdf", type: "application/pdf", size: 7, digest: "00" })).toBe("Lieferschein ä.pdf");
    expect(fileName({})).toBe("File");
    expect(fileName("https://example.com/a/größe.png?x=1/2")).toBe("größe.png");
  });
});
