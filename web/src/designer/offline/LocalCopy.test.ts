import "fake-indexeddb/auto";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";

import { type Kept, LocalCopy, type Opened } from "./LocalCopy";

const PERSON = "design-rooms/local/zo%C3%AB";
const LIST = "design-rooms.copies";
let count = 0;
let windows: LocalCopy[] = [];

/** One window of the browser: a document with its copy. */
async function open(name: string): Promise<Opened & { readonly doc: Y.Doc; readonly own: LocalCopy }> {
  const doc = new Y.Doc();
  const opened = await LocalCopy.open(name, doc);
  if (opened.copy === null) throw new Error("nothing is kept");
  windows.push(opened.copy);
  return { ...opened, doc, own: opened.copy };
}

async function close(copy: LocalCopy): Promise<void> {
  windows = windows.filter((other) => other !== copy);
  await copy.close();
}

const listed = (): Record<string, { waiting: number }> => JSON.parse(localStorage.getItem(LIST) ?? "{}") as Record<string, { waiting: number }>;
const text = (doc: Y.Doc): string => doc.getText("text").toString();
const kept = (words: string, waiting: number): Kept => ({ notes: { words }, waiting });

function request<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(new Error("refused"));
  });
}

async function spoil(name: string, bytes: unknown): Promise<void> {
  const database = await request(indexedDB.open(name));
  await request(database.transaction("updates", "readwrite").objectStore("updates").add(bytes));
  database.close();
}

let name = "";
let hide = (): boolean => false;
let show = (): boolean => false;

beforeEach(() => {
  const items = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => items.set(key, value),
    removeItem: (key: string) => items.delete(key),
    key: (index: number) => [...items.keys()][index] ?? null,
    get length() { return items.size; },
  });
  const held = new Set<string>();
  const locks = {
    request: async (lock: string, work: () => Promise<void>) => {
      held.add(lock);
      await work();
      held.delete(lock);
    },
    query: () => Promise.resolve({ held: [...held].map((lock) => ({ name: lock })) }),
  };
  vi.stubGlobal("navigator", { locks });
  const page = new EventTarget();
  hide = () => page.dispatchEvent(new Event("pagehide"));
  show = () => page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  count += 1;
  name = `${PERSON}/room${count}/2026`;
});

afterEach(async () => {
  for (const copy of windows) await copy.close();
  windows = [];
  vi.unstubAllGlobals();
});

describe("a local copy", () => {
  it("keeps the document and the notes of what waits, from one visit to the next", async () => {
    const first = await open(name);
    expect(first.notes).toEqual([]);
    first.doc.getText("text").insert(0, "Größe 😀");
    first.own.note(() => kept("two wait", 2));
    await close(first.own);
    await vi.waitFor(() => expect(listed()[name]?.waiting).toBe(2));
    const second = await open(name);
    expect([text(second.doc), second.notes, second.isDamaged]).toEqual(["Größe 😀", [{ words: "two wait" }], false]);
  });

  it("hands on what a window noted the very moment before it went, though its database wrote nothing any more", async () => {
    const first = await open(name);
    first.own.note(() => kept("the moment before", 2));
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(() => {
      throw new DOMException("the page is gone");
    });
    first.own.onFailure = () => undefined;
    hide();
    transaction.mockRestore();
    const second = await open(name);
    expect(second.notes).toEqual([{ words: "the moment before" }]);
    second.own.note(() => kept("taken over", 2));
    second.own.write();
    await vi.waitFor(() => expect(localStorage.length).toBe(1));
    await close(second.own);
    await vi.waitFor(async () => expect((await open(name)).notes).toEqual([{ words: "taken over" }]));
  });

  it("takes nothing from a window that the browser shows again", async () => {
    const first = await open(name);
    first.own.note(() => kept("still here", 1));
    hide();
    await vi.waitFor(() => expect(listed()[name]?.waiting).toBe(1));
    show();
    expect((await open(name)).notes).toEqual([]);
  });

  it("forgets the notes of what the server has acknowledged", async () => {
    const first = await open(name);
    first.own.note(() => kept("waits", 1));
    first.own.write();
    await vi.waitFor(() => expect(listed()[name]?.waiting).toBe(1));
    first.own.note(() => kept("nothing waits", 0));
    first.own.write();
    await vi.waitFor(() => expect(listed()[name]?.waiting).toBe(0));
    await close(first.own);
    expect((await open(name)).notes).toEqual([{ words: "nothing waits" }]);
  });

  it("says at once that something waits: another person may come to this browser the next moment", async () => {
    const { own } = await open(name);
    own.note(() => kept("waits", 1));
    expect(listed()[name]?.waiting).toBe(1);
    const other = "design-rooms/local/ben/room/2026";
    await open(other);
    expect((await indexedDB.databases()).map((database) => database.name)).toContain(name);
    expect(Object.keys(listed())).toEqual(expect.arrayContaining([name, other]));
  });

  it("of another person goes when nothing waits in it", async () => {
    const first = await open(name);
    first.doc.getText("text").insert(0, "theirs");
    await close(first.own);
    await open("design-rooms/local/ben/other/2026");
    await vi.waitFor(async () => expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name));
    expect(text((await open(name)).doc)).toBe("");
  });

  it("is not kept when it is large and idle, and is when work waits in it", async () => {
    for (const waiting of [1, 0]) {
      const large = await open(name);
      if (waiting === 1) large.doc.getText("text").insert(0, "x".repeat(16_000_001));
      large.own.note(() => kept("", waiting));
      await close(large.own);
      const again = await open(name);
      expect(text(again.doc).length).toBe(waiting === 1 ? 16_000_001 : 0);
      await close(again.own);
    }
  });

  it("is emptied on request", async () => {
    const first = await open(name);
    first.doc.getText("text").insert(0, "gone");
    first.own.note(() => kept("gone", 1));
    windows = [];
    await first.own.clear();
    expect(listed()[name]).toBeUndefined();
    const second = await open(name);
    expect([text(second.doc), second.notes]).toEqual(["", []]);
  });
});

describe("a damaged copy", () => {
  it.each<[string, unknown]>([["bytes that are no update", new Uint8Array([255, 255, 255, 255, 255])], ["half an update", new Uint8Array([1, 1])], ["something else", "text"]])(
    "with %s says so, hands out its notes, and works again",
    async (_, bytes) => {
      const first = await open(name);
      first.doc.getText("text").insert(0, "lost");
      first.own.note(() => kept("what was written", 1));
      await close(first.own);
      await vi.waitFor(() => expect(listed()[name]?.waiting).toBe(1));
      await spoil(name, bytes);
      const second = await open(name);
      expect([second.isDamaged, text(second.doc), second.notes]).toEqual([true, "", [{ words: "what was written" }]]);
      second.doc.getText("text").insert(0, "kept again");
      await close(second.own);
      const third = await open(name);
      expect([third.isDamaged, text(third.doc)]).toEqual([false, "kept again"]);
    },
  );

  it("of another form is made anew", async () => {
    const foreign = await request(indexedDB.open(name));
    foreign.close();
    const opened = await open(name);
    expect(opened.isDamaged).toBe(true);
    opened.doc.getText("text").insert(0, "ü");
    await close(opened.own);
    expect(text((await open(name)).doc)).toBe("ü");
  });

  it("is none where the browser keeps nothing", async () => {
    vi.stubGlobal("indexedDB", { open: () => { throw new DOMException("not allowed"); } });
    expect(await LocalCopy.open(name, new Y.Doc())).toEqual({ copy: null, isDamaged: false, notes: [] });
  });

  it("tells when the browser does not write any more", async () => {
    const { own } = await open(name);
    const failed = new Promise<void>((resolve) => {
      own.onFailure = resolve;
    });
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    own.note(() => ({ notes: cyclic as never, waiting: 0 }));
    own.write();
    await failed;
  });
});

describe("two windows of one person", () => {
  it("keep notes of their own: one in which nothing waits takes none away", async () => {
    const [one, two] = [await open(name), await open(name)];
    one.own.note(() => kept("one waits", 3));
    one.own.write();
    await vi.waitFor(() => expect(listed()[name]?.waiting).toBe(3));
    two.own.note(() => kept("two is idle", 0));
    two.own.write();
    await vi.waitFor(async () => {
      const database = await request(indexedDB.open(name));
      const keys = await request(database.transaction("custom").objectStore("custom").getAllKeys());
      database.close();
      expect(keys.filter((key) => String(key).startsWith("notes/"))).toHaveLength(2);
    });
    expect(listed()[name]?.waiting).toBe(3);
    // Both are there: a third takes over from neither.
    expect((await open(name)).notes).toEqual([]);
    await close(one.own);
    expect((await open(name)).notes).toEqual([{ words: "one waits" }]);
  });

  it("take over once: what one has taken over, the next does not find again", async () => {
    const one = await open(name);
    one.own.note(() => kept("waits", 1));
    await close(one.own);
    await vi.waitFor(() => expect(listed()[name]?.waiting).toBe(1));
    const two = await open(name);
    expect(two.notes).toEqual([{ words: "waits" }]);
    two.own.note(() => kept("taken over", 1));
    two.own.write();
    await close(two.own);
    await vi.waitFor(async () => {
      const three = await open(name);
      expect(three.notes).toEqual([{ words: "taken over" }]);
      await close(three.own);
    });
  });

  it("both keep what they write in the document", async () => {
    const [one, two] = [await open(name), await open(name)];
    one.doc.getText("text").insert(0, "A");
    two.doc.getText("text").insert(0, "Ö");
    await close(one.own);
    await close(two.own);
    expect([...text((await open(name)).doc)].toSorted()).toEqual(["A", "Ö"]);
  });
});
