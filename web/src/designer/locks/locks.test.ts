import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { readMessage } from "../messages";
import { Locks } from "./Locks";
import { lockOver, lockWords, type LockState, queueOf, readLocks } from "./state";

const STATE: LockState = {
  locks: [
    { component: "form", user: "anna", name: "Änne", color: "#123456", token: 4 },
    { component: "application", user: "ben", name: "Ben", color: "#654321", token: 5 },
  ],
  waiting: [
    { component: "form", user: "cy", name: "Cy", color: "#abcdef", position: 2 },
    { component: "form", user: "ben", name: "Ben", color: "#654321", position: 1 },
  ],
};

describe("what the server says of locks", () => {
  it("is read without trust", () => {
    const message = readMessage(JSON.stringify({ type: "locks", revision: 3, locks: [{ component: "form", user: "anna", name: " ", color: "javascript:", token: "4" }, { user: "nobody" }, 7], waiting: "x" }));
    expect(message).toEqual({ type: "locks", state: { locks: [{ component: "form", user: "anna", name: "Somebody", color: expect.stringMatching(/^#[0-9a-f]{6}$/i) as string, token: 0 }], waiting: [] } });
    expect(readLocks({})).toEqual({ locks: [], waiting: [] });
  });

  it("holds an element and all that stands in it", () => {
    expect(lockOver(STATE, ["page", "form", "field"])?.user).toBe("anna");
    expect(lockOver(STATE, ["page", "form"])?.token).toBe(4);
    expect(lockOver(STATE, ["page"])).toBeNull();
    expect(lockOver(STATE, ["application"])?.user).toBe("ben");
  });

  it("is told in words, with those who wait in their order", () => {
    const [lock] = STATE.locks;
    if (lock === undefined) throw new Error("there is a lock");
    expect(queueOf(STATE, "form").map(({ name }) => name)).toEqual(["Ben", "Cy"]);
    expect(lockWords(lock, queueOf(STATE, "form"), "anna")).toBe("locked by you, 2 wait");
    expect(lockWords(lock, queueOf(STATE, "form").slice(0, 1), "ben")).toBe("locked by Änne, Ben waits");
    expect(lockWords(lock, [], "ben")).toBe("locked by Änne");
  });
});

describe("one's own locks", () => {
  let now = 0;
  let sent: Record<string, unknown>[] = [];
  let told: string[] = [];
  let locks: Locks;

  beforeEach(() => {
    vi.useFakeTimers();
    now = 0;
    sent = [];
    told = [];
    locks = new Locks({
      user: "ben",
      mayBreak: true,
      send: (text) => sent.push(JSON.parse(text) as Record<string, unknown>),
      tell: (title) => told.push(title),
      now: () => now,
    });
  });

  afterEach(() => {
    locks.destroy();
    vi.useRealTimers();
  });

  it("are asked for by number, and broken by their token", () => {
    locks.ask("form", "wait");
    locks.ask("form", "break", 4);
    expect(sent).toEqual([
      { type: "lock", id: 1, component: "form", action: "wait" },
      { type: "lock", id: 2, component: "form", action: "break", token: 4 },
    ]);
  });

  it("are renewed while one is at work, and no longer", () => {
    locks.receive(STATE);
    vi.advanceTimersByTime(20_000);
    expect(sent.map(({ component, action }) => [component, action])).toEqual([["application", "renew"], ["form", "renew"]]);
    now = 300_001;
    vi.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(2);
    locks.noteWork();
    vi.advanceTimersByTime(20_000);
    expect(sent).toHaveLength(4);
    locks.destroy();
    vi.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(4);
  });

  it("are told when one's turn has come, and not when one took them", () => {
    locks.receive({ locks: [], waiting: STATE.waiting });
    locks.receive({ locks: [{ component: "form", user: "ben", name: "Ben", color: "#654321", token: 9 }], waiting: [] });
    expect(told).toEqual(["It is yours now"]);
    locks.receive(STATE);
    expect(told).toHaveLength(1);
  });

  it("say why they were refused, but for a renewal", () => {
    const refused = { component: "form", standing: "refused", code: "lock_held", reason: "Änne holds this" };
    locks.ask("form", "acquire");
    locks.ask("form", "renew");
    locks.ask("form", "break");
    for (const id of [1, 2, 3]) locks.answer({ id, ...refused });
    locks.answer({ id: 3, component: "form", standing: "free", code: "", reason: "" });
    expect(told).toEqual(["It was not locked", "The lock was not broken"]);
  });
});
