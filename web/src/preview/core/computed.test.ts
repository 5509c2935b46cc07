import { expect, test } from "vitest";

import { Store } from "../../shared/store";
import { Computed, settled } from "./computed";
import { watch } from "./testing/player";

test("a value is computed once, and again only after something it read has changed", () => {
  const name = new Store("Zoë");
  const other = new Store(1);
  let count = 0;
  const greeting = new Computed((track) => {
    count += 1;
    return `Hallo ${track(name)}`;
  });
  expect(greeting.get()).toBe("Hallo Zoë");
  other.set(2);
  greeting.get();
  expect(count).toBe(1);
  name.set("Jürgen");
  expect(greeting.get()).toBe("Hallo Jürgen");
  expect(count).toBe(2);
});

test("watchers hear only of values that differ, and the same value stays the same object", () => {
  const person = new Store({ name: "Zoë", age: 7 });
  const named = new Computed((track) => ({ name: track(person, ({ name }) => name) }));
  const seen = watch(named);
  const first = named.get();
  person.set({ name: "Zoë", age: 8 });
  expect(seen.seen).toHaveLength(1);
  expect(named.get()).toBe(first);
  person.set({ name: "Ana", age: 8 });
  expect(seen.seen).toHaveLength(2);
});

test("what is read may change from one computation to the next", () => {
  const isOn = new Store(false);
  const value = new Store(1);
  const computed = new Computed((track) => (track(isOn) ? track(value) : 0));
  const seen = watch(computed);
  value.set(2);
  isOn.set(true);
  value.set(3);
  isOn.set(false);
  value.set(4);
  expect(seen.seen).toEqual([0, 2, 3, 0]);
});

test("nothing is watched for a value that nobody watches", () => {
  let watchers = 0;
  const source = { get: () => 1, subscribe: () => { watchers += 1; return () => void (watchers -= 1); } };
  const computed = new Computed((track) => track(source));
  computed.get();
  expect(watchers).toBe(0);
  const seen = watch(computed);
  expect(watchers).toBe(1);
  seen.stop();
  expect(watchers).toBe(0);
});

test("waiting ends with the first value that is settled", async () => {
  const value = new Store(1);
  const waiting = settled(value, (now) => now > 2);
  value.set(2);
  value.set(3);
  expect(await waiting).toBe(3);
  expect(await settled(value, () => true)).toBe(3);
});
