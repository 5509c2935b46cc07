import { expect, test } from "vitest";

import { fakeServer } from "../core/testing/server";
import { node, snapshotOf } from "../core/testing/model";
import { readData, runQuestion, runsQuestion } from "./answers";
import { brokenExpressions } from "./scan";

const SIGNAL = new AbortController().signal;

test("counts, what waits for a decision and what is wrong are read without trust", () => {
  expect(readData(null)).toEqual({ counts: {}, pending: [], faults: [] });
  const data = readData({
    counts: { order: 3, customer: "viele" },
    pending: [{ id: "p1", node: "f", name: "Größe", message: "is dropped", count: 2, examples: ["ä"] }, 7],
    faults: [{ node: "m", path: ["name"], code: "name_taken", message: "two are called Ä" }],
  });
  expect(data.counts).toEqual({ order: 3 });
  expect(data.pending).toMatchObject([{ id: "p1", count: 2, examples: ["ä"] }]);
  expect(data.faults).toEqual([{ node: "m", path: ["name"], error: { code: "name_taken", message: "Two are called Ä." } }]);
});

test("the log has its runs, and a run its steps with their attempts", async () => {
  const run = { id: "r/1", name: "prüfen", status: "running", startedAt: "2026-11-22T09:00:00.000Z", trigger: { kind: "manual" } };
  const step = { id: "s", name: "reserve", type: "apiCall", status: "succeeded", simulated: true, attempts: [{ number: 1, status: 503, error: { code: "status", message: "weg" } }, { number: 2, status: 201 }] };
  const server = fakeServer(({ path }) => (path.startsWith("player/runs?") ? { runs: [run, null] } : path === "player/runs/r/1" ? { ...run, steps: [step] } : undefined));
  const page = await runsQuestion(server.client, 1).load(SIGNAL);
  expect(page.ok && page.value).toMatchObject({ hasMore: false, runs: [{ id: "r/1", name: "prüfen", error: null }] });
  const detail = await runQuestion(server.client, "r/1").load(SIGNAL);
  expect(detail.ok && detail.value.steps).toMatchObject([{ isSimulated: true, attempts: [{ number: 1, status: "503", error: { message: "Weg." } }, { number: 2, status: "201", error: null }] }]);
});

test("expressions that cannot be read are found wherever they stand on a page", () => {
  const page = node("p", "Page", "application", "pages", { name: "Ä" });
  const good = node("a", "Text", "p", "children", { text: { expr: "1 + 1" } });
  const bad = node("b", "Table", "p", "children", { columns: { e0: { order: "a0", value: { expr: "item." } } } });
  expect(brokenExpressions(snapshotOf(page, good, bad))).toMatchObject([{ node: "b", path: ["columns", "e0", "value"], error: { code: "expression_syntax" } }]);
});
