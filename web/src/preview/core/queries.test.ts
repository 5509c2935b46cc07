import { expect, test } from "vitest";

import { done, type Outcome, refused } from "./outcome";
import { Queries, type Question } from "./queries";
import { watch } from "./testing/player";
import { idle } from "./testing/server";

interface Probe extends Question<{ readonly name: string }> {
  count: number;
  answers: Outcome<{ readonly name: string }>[];
}

function probe(key: string, models: readonly string[] | null, ...names: readonly string[]): Probe {
  const made: Probe = {
    key,
    models: models === null ? null : new Set(models),
    count: 0,
    answers: names.map((name) => done({ name })),
    load: async () => {
      made.count += 1;
      return made.answers[Math.min(made.count, made.answers.length) - 1] ?? refused({ code: "x", message: "x" }, 422);
    },
  };
  return made;
}

test("one question is asked once for all who watch, and not before somebody does", async () => {
  const queries = new Queries();
  const question = probe("k", ["order"], "Zoë");
  const answer = queries.ask(question);
  await idle();
  expect(question.count).toBe(0);
  const [first, second] = [watch(answer), watch(queries.ask(question))];
  await idle();
  expect(question.count).toBe(1);
  expect(first.now().value).toEqual({ name: "Zoë" });
  expect(second.now().state).toBe("ready");
});

test("a change of a model asks only for what depends on it, and the old answer stays meanwhile", async () => {
  const queries = new Queries();
  const [orders, customers] = [probe("o", ["order"], "eins", "zwei"), probe("c", ["customer"], "Ü")];
  const [seen] = [watch(queries.ask(orders)), watch(queries.ask(customers))];
  await idle();
  queries.invalidate(new Set(["order"]));
  expect(seen.now()).toMatchObject({ state: "ready", isRefreshing: true, value: { name: "eins" } });
  await idle();
  expect(seen.now()).toMatchObject({ isRefreshing: false, value: { name: "zwei" } });
  expect([orders.count, customers.count]).toEqual([2, 1]);
});

test("many changes during one request make one more request", async () => {
  const queries = new Queries();
  const question = probe("k", null, "a", "b", "c");
  const seen = watch(queries.ask(question));
  for (let change = 0; change < 10; change += 1) queries.invalidate(null);
  await idle();
  expect(question.count).toBe(2);
  expect(seen.now().value).toEqual({ name: "b" });
});

test("an answer that nobody watches is asked for when it is watched again", async () => {
  const queries = new Queries();
  const question = probe("k", ["order"], "a", "b");
  const seen = watch(queries.ask(question));
  await idle();
  seen.stop();
  queries.invalidate(new Set(["order"]));
  await idle();
  expect(question.count).toBe(1);
  const again = watch(queries.ask(question));
  expect(again.now().value).toEqual({ name: "a" });
  await idle();
  expect(again.now().value).toEqual({ name: "b" });
});

test("a refusal takes the answer away, a lost line does not", async () => {
  const queries = new Queries();
  const question = probe("k", null, "a");
  question.answers.push(refused({ code: "unreachable", message: "weg" }), refused({ code: "forbidden", message: "nein" }, 403));
  const seen = watch(queries.ask(question));
  await idle();
  queries.invalidate(null);
  await idle();
  expect(seen.now()).toMatchObject({ state: "ready", value: { name: "a" }, error: { code: "unreachable" } });
  queries.invalidate(null);
  await idle();
  expect(seen.now()).toMatchObject({ state: "failed", value: null, error: { code: "forbidden" } });
});

test("parts of an answer that say the same stay the same objects", async () => {
  const queries = new Queries();
  let count = 0;
  const question: Question<readonly { readonly id: string; readonly n: number }[]> = {
    key: "k",
    models: null,
    load: async () => done([{ id: "neu", n: count++ }, { id: "alt", n: 0 }].slice(count === 1 ? 1 : 0)),
  };
  const seen = watch(queries.ask(question));
  await idle();
  const before = seen.now().value?.[0];
  queries.invalidate(null);
  await idle();
  expect(seen.now().value?.[1]).toBe(before);
});

test("answers are bounded, and those in use are kept", async () => {
  const queries = new Queries();
  const kept = watch(queries.ask(probe("kept", null, "a")));
  for (let index = 0; index < 500; index += 1) queries.ask(probe(`k${index}`, null, "a"));
  expect(queries.size).toBeLessThanOrEqual(201);
  await idle();
  expect(kept.now().state).toBe("ready");
});

test("forgetting shows nothing of the former answers", async () => {
  const queries = new Queries();
  const question = probe("k", null, "geheim", "offen");
  const seen = watch(queries.ask(question));
  await idle();
  queries.clear();
  expect(seen.now()).toMatchObject({ state: "pending", value: null });
  await idle();
  expect(seen.now().value).toEqual({ name: "offen" });
});

test("after a change of the schema nothing is asked in the old words", async () => {
  const queries = new Queries();
  const [schema, old, other] = [probe("schema", [], "old", "new"), probe("old name", null, "a"), probe("o", null, "b")];
  watch(queries.ask(other));
  const before = watch(queries.ask(old));
  // Whoever asks by the name that the schema says lets go of the old question when it says another.
  const answer = queries.ask(schema);
  answer.subscribe(() => {
    if (answer.get().value?.name === "new") before.stop();
  });
  await idle();
  await queries.renew("schema");
  await idle();
  expect([schema.count, old.count, other.count]).toEqual([2, 1, 2]);
});
