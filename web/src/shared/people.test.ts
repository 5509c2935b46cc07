import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { distinctColor, PEOPLE_COLORS } from "./people";

const [RUST = "", AMBER = "", GREEN = ""] = PEOPLE_COLORS;

describe("the colours of people", () => {
  it("are those that the server gives", () => {
    const source = readFileSync(fileURLToPath(new URL("../../../collab/auth/people.py", import.meta.url)), "utf8");
    const given = /_COLORS: Final = \(([^)]*)\)/.exec(source)?.[1]?.match(/#[0-9a-f]{6}/g);
    expect(PEOPLE_COLORS).toEqual(given);
  });

  it("stay as they are while nobody else has them", () => {
    expect(distinctColor({ id: "b", color: RUST }, [])).toBe(RUST);
    expect(distinctColor({ id: "b", color: RUST }, [{ id: "a", color: AMBER }])).toBe(RUST);
    expect(distinctColor({ id: "b", color: RUST.toUpperCase() }, [{ id: "b", color: RUST }])).toBe(RUST);
  });

  it("differ after one of two has given way", () => {
    expect(distinctColor({ id: "a", color: RUST }, [{ id: "b", color: RUST }])).toBe(RUST);
    expect(distinctColor({ id: "b", color: RUST }, [{ id: "a", color: RUST }])).toBe(AMBER);
    expect(distinctColor({ id: "ä", color: RUST }, [{ id: "a", color: RUST }, { id: "b", color: AMBER }])).toBe(GREEN);
    expect(distinctColor({ id: "b", color: PEOPLE_COLORS.at(-1) ?? "" }, [{ id: "a", color: PEOPLE_COLORS.at(-1) ?? "" }])).toBe(RUST);
  });

  it("are one for the windows of one person", () => {
    expect(distinctColor({ id: "b", color: RUST }, [{ id: "a", color: RUST }, { id: "b", color: GREEN }])).toBe(GREEN);
  });

  it("are all different for as many people as there are colours, whoever comes first", () => {
    const people = PEOPLE_COLORS.map((_, index) => ({ id: `user ${index}`, color: RUST }));
    for (let round = 0; round < people.length; round += 1) {
      people.forEach((person, index) => {
        people[index] = { ...person, color: distinctColor(person, people) };
      });
    }
    expect(new Set(people.map(({ color }) => color)).size).toBe(PEOPLE_COLORS.length);
  });

  it("are shared where there are more people than colours", () => {
    const others = PEOPLE_COLORS.map((color, index) => ({ id: `a${index}`, color }));
    expect(distinctColor({ id: "b", color: RUST }, others)).toBe(RUST);
  });
});
