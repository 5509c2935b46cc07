import { beforeEach, expect, test, vi } from "vitest";

import { Feed } from "./feed";

/** An event source that the test speaks for. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static last: FakeSource;
  readyState = 1;

  constructor(readonly address: string) {
    super();
    FakeSource.last = this;
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }

  tell(type: string, data: unknown): void {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }
}

const node = (name: string): object => ({ type: "Page@1", place: ["application", "pages", "a0"], props: { name } });

function opened() {
  const feed = new Feed("/preview/räume/feed?token=t");
  const told: unknown[] = [];
  feed.listen({
    onRecords: (models) => told.push(models === null ? null : [...models]),
    onRuns: () => told.push("runs"),
    onSchema: () => told.push("schema"),
  });
  feed.open();
  return { feed, told, source: FakeSource.last };
}

beforeEach(() => {
  vi.stubGlobal("EventSource", FakeSource);
});

test("the whole model is shown, and says that anything may have changed", () => {
  const { feed, source, told } = opened();
  source.tell("model", { revision: 3, application: { name: "Aufträge" }, nodes: { p: node("Größen"), x: 7 } });
  expect(feed.status.get()).toEqual({ state: "live", reason: "", revision: 3 });
  expect([...feed.snapshots.get().nodes.keys()]).toEqual(["p"]);
  expect(told).toEqual(["schema", "runs"]);
});

test("a revision changes its nodes and keeps all others as they were", () => {
  const { feed, source } = opened();
  source.tell("model", { revision: 1, application: {}, nodes: { p: node("eins"), q: node("zwei") } });
  const before = feed.snapshots.get().node("q");
  source.tell("revision", { revision: 2, nodes: { p: node("drei") } });
  expect(feed.snapshots.get().node("p")?.props.name).toBe("drei");
  expect(feed.snapshots.get().node("q")).toBe(before);
  source.tell("revision", { revision: 3, nodes: { p: null } });
  expect(feed.snapshots.get().node("p")).toBeUndefined();
  expect(feed.status.get().revision).toBe(3);
});

test("changes of records name their models, a damaged event names all", () => {
  const { source, told } = opened();
  source.tell("records", { changes: { order: ["r1"], customer: null } });
  source.tell("records", "?");
  source.tell("runs", { ids: ["1"] });
  source.tell("schema", {});
  expect(told).toEqual([["order", "customer"], null, "runs", "schema"]);
});

test("while the server is away the last model stays, and the state says so", () => {
  const { feed, source } = opened();
  source.tell("model", { revision: 5, application: {}, nodes: { p: node("ä") } });
  source.tell("state", { state: "waiting", reason: "der Server startet" });
  expect(feed.status.get()).toEqual({ state: "waiting", reason: "der Server startet", revision: 5 });
  source.dispatchEvent(new Event("error"));
  expect(feed.status.get()).toMatchObject({ state: "reconnecting", revision: 5 });
  expect(feed.snapshots.get().node("p")).toBeDefined();
});

test("a stream that the browser gave up is opened again, one that was closed is not", () => {
  vi.useFakeTimers();
  const { feed, source } = opened();
  source.readyState = FakeSource.CLOSED;
  source.dispatchEvent(new Event("error"));
  vi.advanceTimersByTime(600);
  expect(FakeSource.last).not.toBe(source);
  const second = FakeSource.last;
  feed.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.last).toBe(second);
  vi.useRealTimers();
});
