import * as Y from "yjs";
import { describe, expect, it } from "vitest";

import { LOCAL_EDIT } from "../../model/editor";
import { BUTTON, exchange, PAGE, put, STACK, type World, world } from "../../model/testing/fixtures";
import { ROOT } from "../../model/types";
import type { AnyType } from "../conflicts/where";
import { COMMAND_PAUSE_MS, Grouping, TYPING_PAUSE_MS } from "./grouping";
import { type Outside, UndoHistory } from "./history";

interface Side extends World {
  readonly undo: UndoHistory;
  /** Lets time pass, by which typing is gathered into steps. */
  readonly wait: (ms: number) => void;
}

const SERVER = { name: "server" };

function side(isPerson: (client: number) => boolean = () => true): Side {
  const one = world();
  let now = 0;
  const grouping = new Grouping(() => now);
  const wait = (ms: number): void => {
    now += ms;
  };
  return { ...one, wait, undo: new UndoHistory(one.doc, { origin: LOCAL_EDIT, describe: () => String(now), isPerson, grouping }) };
}

/** What an export holds: the live nodes and the application. */
function exported({ live, doc }: World): unknown {
  const snapshot = live.snapshots.get();
  const nodes = [...snapshot.nodes.values()].filter(({ id }) => snapshot.isLive(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
  return { application: doc.getMap("application").toJSON(), nodes };
}

function scene(): { readonly ann: Side; readonly ben: Side; readonly page: string; readonly button: string } {
  const [ann, ben] = [side(), side()];
  const page = put(ann, PAGE, ROOT, "pages");
  const button = put(ann, BUTTON, page, "children");
  exchange(ann.doc, ben.doc);
  ann.undo.manager.clear();
  ann.undo.stopCapturing();
  return { ann, ben, page, button };
}

const props = ({ live }: World, id: string) => live.snapshots.get().node(id)?.props ?? {};
const meet = (a: World, b: World): void => exchange(a.doc, b.doc);

describe("undo beside another's work", () => {
  it("leaves a property that another has set meanwhile", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["label"], "A");
    meet(ann, ben);
    ben.editor.set(button, ["label"], "B");
    meet(ann, ben);
    expect(ann.undo.undo()).toBeNull();
    expect(props(ann, button).label).toBe("B");
  });

  it("brings back another's value that one has overwritten, and does not go behind it", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["label"], "A");
    ann.undo.stopCapturing();
    meet(ann, ben);
    ben.editor.set(button, ["label"], "B");
    meet(ann, ben);
    ann.editor.set(button, ["label"], "C");
    ann.undo.undo();
    expect(props(ann, button).label).toBe("B");
    ann.undo.undo();
    expect(props(ann, button).label).toBe("B");
    ann.undo.redo();
    expect(props(ann, button).label).toBe("C");
  });

  it("leaves no key empty where two people wrote at once", () => {
    for (let round = 0; round < 8; round += 1) {
      const { ann, ben, button } = scene();
      ann.editor.set(button, ["label"], "O");
      ann.undo.stopCapturing();
      meet(ann, ben);
      ann.editor.set(button, ["label"], "A");
      ben.editor.set(button, ["label"], "B");
      meet(ann, ben);
      const stands = props(ann, button).label;
      ann.undo.undo();
      expect(props(ann, button).label).toBe(stands === "A" ? "O" : "B");
    }
  });

  it("leaves a property that another has reset meanwhile", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["disabled"], true);
    ann.undo.stopCapturing();
    ann.editor.set(button, ["disabled"], false);
    meet(ann, ben);
    ben.editor.set(button, ["disabled"], undefined);
    meet(ann, ben);
    ann.undo.undo();
    expect(props(ann, button)).not.toHaveProperty("disabled");
  });

  it("takes one's own letters out of a text that two type in", () => {
    const { ann, ben, button } = scene();
    ann.editor.type(button, ["note"], "Größe 😀");
    meet(ann, ben);
    ben.editor.type(button, ["note"], "Die Größe 😀");
    ben.editor.type(button, ["note"], "Die Größe 😀!");
    meet(ann, ben);
    ann.undo.undo();
    meet(ann, ben);
    expect(props(ben, button).note).toBe("Die !");
    ann.undo.redo();
    expect(props(ann, button).note).toBe("Die Größe 😀!");
  });

  it("leaves a node where another has moved it", () => {
    const { ann, ben, page, button } = scene();
    const [left, right] = [put(ben, STACK, page, "children"), put(ben, STACK, page, "children")];
    meet(ann, ben);
    ann.editor.placeAll([button], ann.live.snapshots.get(), left, "children", 0);
    meet(ann, ben);
    ben.editor.placeAll([button], ben.live.snapshots.get(), right, "children", 0);
    meet(ann, ben);
    ann.undo.undo();
    expect(ann.live.snapshots.get().node(button)?.place?.[0]).toBe(right);
  });

  it("brings back a container with what another has moved into it", () => {
    const { ann, ben, page, button } = scene();
    const stack = put(ann, STACK, page, "children");
    ann.undo.stopCapturing();
    meet(ann, ben);
    ann.editor.removeAll([stack]);
    ben.editor.placeAll([button], ben.live.snapshots.get(), stack, "children", 0);
    meet(ann, ben);
    expect(ann.live.snapshots.get().isLive(button)).toBe(false);
    ann.undo.undo();
    meet(ann, ben);
    expect(ben.live.snapshots.get().path(button).map(({ id }) => id)).toEqual([page, stack, button]);
  });

  it("keeps an entry of a list that another has worked in", () => {
    const { ann, ben, button } = scene();
    const schema = BUTTON.schema.properties?.onClick ?? {};
    const entry = ann.editor.addEntry(button, ["onClick"], schema, { action: "navigate" });
    meet(ann, ben);
    ben.editor.set(button, ["onClick", entry, "to"], "/orders");
    meet(ann, ben);
    expect(ann.undo.undo()?.isPartial).toBe(true);
    expect(props(ann, button).onClick).toMatchObject({ [entry]: { action: "navigate", to: "/orders" } });
    // A list's entry nobody else has touched goes.
    const other = ann.editor.addEntry(button, ["onClick"], schema, {});
    expect(ann.undo.undo()?.isPartial).toBe(false);
    expect(props(ann, button).onClick).not.toHaveProperty([other]);
  });

  it("keeps an expression that another types in", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["label"], "Größe");
    ann.undo.stopCapturing();
    ann.editor.set(button, ["label"], { expr: "a" });
    meet(ann, ben);
    ben.editor.type(button, ["label", "expr"], "a + b");
    meet(ann, ben);
    ann.undo.undo();
    meet(ann, ben);
    expect(props(ben, button).label).toEqual({ expr: "a + b" });
  });

  it("keeps a missing container that one's edit has made, once another has filled it", () => {
    const [ann, ben] = [side(), side()];
    ann.editor.set(ROOT, ["metadata", "createdBy"], "ann");
    meet(ann, ben);
    ben.editor.set(ROOT, ["metadata", "tags"], ["ß"]);
    meet(ann, ben);
    ann.undo.undo();
    expect(ann.doc.getMap("application").toJSON()).toMatchObject({ metadata: { tags: ["ß"] } });
  });
});

describe("steps of undo", () => {
  const slowly = (one: Side, id: string, path: readonly string[], text: string, pauseMs: number): void => {
    for (let end = 1; end <= text.length; end += 1) {
      if (path[0] === "note") one.editor.type(id, path, text.slice(0, end));
      else one.editor.set(id, path, text.slice(0, end));
      one.wait(pauseMs);
    }
  };

  it.each(["note", "format"])("take back slow typing in one field at once: %s", (name) => {
    const { ann, button } = scene();
    const path = name === "note" ? ["note"] : ["format", "style"];
    slowly(ann, button, path, "Größe", TYPING_PAUSE_MS - 100);
    ann.undo.undo();
    expect(JSON.stringify(props(ann, button))).not.toMatch(/Gr/u);
    ann.undo.redo();
    expect(JSON.stringify(props(ann, button))).toMatch(/Größe/u);
  });

  it("begin after a long pause, with another field, and with each choice", () => {
    const { ann, button } = scene();
    slowly(ann, button, ["note"], "abc", 700);
    ann.wait(TYPING_PAUSE_MS);
    ann.editor.type(button, ["note"], "abcd");
    ann.wait(COMMAND_PAUSE_MS);
    ann.editor.set(button, ["disabled"], true);
    ann.editor.set(button, ["disabled"], false);
    const seen = [props(ann, button)];
    while (ann.undo.undo() !== null) seen.push(props(ann, button));
    expect(seen.map(({ note, disabled }) => [note, disabled])).toEqual([
      ["abcd", false], ["abcd", true], ["abcd", undefined], ["abc", undefined], [seen.at(-1)?.note, undefined],
    ]);
    expect(seen.at(-1)?.note ?? "").toBe("");
  });

  it("are named by what was typed last, and after a redo nothing goes on with them", () => {
    const { ann, button } = scene();
    slowly(ann, button, ["note"], "ab", 1_000);
    expect(ann.undo.state.get()).toEqual({ canUndo: true, canRedo: false, undo: "1000", redo: "" });
    ann.undo.undo();
    ann.undo.redo();
    ann.editor.type(button, ["note"], "abc");
    ann.undo.undo();
    expect(props(ann, button).note).toBe("ab");
  });

  it("keep another's value that came while one typed", () => {
    const { ann, ben, button } = scene();
    ann.editor.set(button, ["label"], "Buttons");
    ann.wait(500);
    meet(ann, ben);
    ben.editor.set(button, ["label"], "Ben");
    meet(ann, ben);
    ann.editor.set(button, ["label"], "Ben!");
    ann.undo.undo();
    expect(props(ann, button).label).toBe("Ben");
  });

  it("have what the server takes back among them, in their order", async () => {
    const { ann, button } = scene();
    const taken: string[] = [];
    const step = (words: string, isRefused = false): Outside => ({
      words,
      take: () => {
        taken.push(words);
        return isRefused ? Promise.reject(new Error("offline")) : Promise.resolve(step(`${words}'`));
      },
    });
    ann.editor.set(button, ["label"], "one");
    ann.undo.record(step("restored"));
    ann.undo.stopCapturing();
    ann.editor.set(button, ["label"], "two");
    ann.undo.undo();
    expect([props(ann, button).label, ann.undo.state.get().undo]).toEqual(["one", "restored"]);
    expect(ann.undo.undo()).toBeNull();
    // While the server is asked nothing else is undone.
    expect(ann.undo.undo()).toBeNull();
    await Promise.resolve();
    await Promise.resolve();
    expect([taken, props(ann, button).label, ann.undo.state.get().redo]).toEqual([["restored"], "one", "restored'"]);
    ann.undo.undo();
    expect(props(ann, button).label).toBe("Button");
    ann.undo.redo();
    ann.undo.redo();
    await Promise.resolve();
    await Promise.resolve();
    expect([taken, props(ann, button).label]).toEqual([["restored", "restored'"], "one"]);
    ann.undo.redo();
    expect(props(ann, button).label).toBe("two");
    // What could not be taken back stays to be tried again; another edit leaves nothing to redo.
    ann.undo.record(step("refused", true));
    ann.undo.undo();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(ann.undo.state.get()).toMatchObject({ undo: "refused", canRedo: false });
  });
});

describe("after a refusal", () => {
  /** Plays the server: takes back what somebody did, by fresh items of its own. */
  const server = (): World => world();
  const refusing = (): { ann: Side; host: World; button: string; people: Set<number> } => {
    const people = new Set<number>();
    const ann = side((client) => people.has(client));
    people.add(ann.doc.clientID);
    const host = server();
    const page = put(ann, PAGE, ROOT, "pages");
    const button = put(ann, BUTTON, page, "children");
    ann.undo.manager.clear();
    return { ann, host, button, people };
  };

  it("keeps earlier steps of the same property usable", () => {
    const { ann, host, button } = refusing();
    ann.editor.set(button, ["label"], "one");
    ann.undo.stopCapturing();
    ann.editor.set(button, ["label"], "two");
    ann.undo.stopCapturing();
    ann.editor.set(button, ["label"], "refused");
    meet(ann, host);
    host.doc.transact(() => host.editor.set(button, ["label"], "two"), SERVER);
    meet(ann, host);
    ann.undo.refuse([button]);
    ann.undo.undo();
    expect(props(ann, button).label).toBe("one");
    ann.undo.redo();
    expect(props(ann, button).label).toBe("two");
    ann.undo.undo();
    ann.undo.undo();
    expect(props(ann, button).label).toBe("Button");
  });

  it("drops what it did in a text that the server has mended, and keeps the rest", () => {
    const { ann, host, button } = refusing();
    ann.editor.set(button, ["label"], "one");
    ann.undo.stopCapturing();
    ann.editor.type(button, ["note"], "long words");
    ann.undo.stopCapturing();
    ann.editor.type(button, ["note"], "words");
    meet(ann, host);
    host.doc.transact(() => host.editor.type(button, ["note"], "long words"), SERVER);
    meet(ann, host);
    ann.undo.refuse([button]);
    ann.undo.undo();
    expect(props(ann, button)).toMatchObject({ note: "long words", label: "Button" });
  });

  it("takes an entry away that it had added, after the server has put it back", () => {
    const { ann, host, button } = refusing();
    const schema = BUTTON.schema.properties?.onClick ?? {};
    const entry = ann.editor.addEntry(button, ["onClick"], schema, { action: "navigate" });
    const before = props(ann, button).onClick;
    ann.undo.stopCapturing();
    ann.editor.set(button, ["onClick", entry], undefined);
    meet(ann, host);
    const list = ((host.doc.getMap("nodes").get(button) as Y.Map<Y.Map<Y.Map<unknown>>>).get("props") as Y.Map<Y.Map<unknown>>).get("onClick");
    const copy = new Y.Map(Object.entries((before as Record<string, Record<string, unknown>>)[entry] ?? {}));
    host.doc.transact(() => list?.set(entry, copy), SERVER);
    meet(ann, host);
    ann.undo.refuse([button]);
    expect(props(ann, button).onClick).toHaveProperty([entry]);
    ann.undo.undo();
    expect(props(ann, button).onClick).not.toHaveProperty([entry]);
  });
});

/** A small generator of numbers that a seed repeats. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

// Some differ by a letter, as what is being typed does.
const WORDS = ["", "Größe", "Größ", "Menge 😀", "a + b", "Straße 12", "Straße 1", "x", "xy"] as const;

/** One edit of a person, by chance. */
function act({ editor, live }: Side, draw: (below: number) => number): void {
  const snapshot = live.snapshots.get();
  const buttons = [...snapshot.nodes.values()].filter(({ type }) => type === "Button@1");
  const stacks = [...snapshot.nodes.values()].filter(({ type }) => type === "Stack@1");
  const button = buttons[draw(buttons.length)]?.id ?? "";
  const stack = stacks[draw(stacks.length)]?.id ?? "";
  const word = WORDS[draw(WORDS.length)] ?? "";
  const schema = BUTTON.schema.properties?.onClick ?? {};
  const entries = Object.keys((snapshot.node(button)?.props.onClick ?? {}) as object);
  const entry = entries[draw(Math.max(entries.length, 1))];
  switch (draw(9)) {
    case 0: editor.set(button, ["label"], word); break;
    case 1: editor.set(button, ["label"], { expr: word }); break;
    case 2: editor.set(button, ["label"], undefined); break;
    case 3: editor.type(button, ["note"], word); break;
    case 4: editor.placeAll([button], snapshot, stack, "children", 0); break;
    case 5: editor.removeAll([button]); break;
    case 6: editor.addEntry(button, ["onClick"], schema, { action: "navigate" }); break;
    case 7: if (entry !== undefined) editor.set(button, ["onClick", entry, "to"], word); break;
    default: if (entry !== undefined) editor.set(button, ["onClick", entry], undefined);
  }
}

describe("undo by chance", () => {
  const start = (seed: number): { ann: Side; ben: Side; draw: (below: number) => number } => {
    const [ann, ben] = [side(), side()];
    const page = put(ann, PAGE, ROOT, "pages");
    for (let count = 0; count < 2; count += 1) put(ann, STACK, page, "children");
    for (let count = 0; count < 3; count += 1) put(ann, BUTTON, page, "children");
    meet(ann, ben);
    ann.undo.manager.clear();
    return { ann, ben, draw: numbers(seed) };
  };

  it.each(Array.from({ length: 25 }, (_, index) => 7_000 + index))("restores the document after n undos and n redos, seed %i", (seed) => {
    const { ann, draw } = start(seed);
    const before = exported(ann);
    for (let count = 0; count < 30; count += 1) {
      act(ann, draw);
      ann.wait([0, COMMAND_PAUSE_MS, TYPING_PAUSE_MS][draw(3)] ?? 0);
      if (draw(3) === 0) ann.undo.stopCapturing();
    }
    const after = exported(ann);
    for (let round = 0; round < 2; round += 1) {
      while (ann.undo.undo() !== null);
      expect(exported(ann)).toEqual(before);
      while (ann.undo.redo() !== null);
      expect(exported(ann)).toEqual(after);
    }
  });

  it.each(Array.from({ length: 25 }, (_, index) => 9_000 + index))("undoing everything changes no register that another wrote last, seed %i", (seed) => {
    const { ann, ben, draw } = start(seed);
    for (let count = 0; count < 40; count += 1) {
      act(draw(2) === 0 ? ann : ben, draw);
      ann.wait([0, COMMAND_PAUSE_MS, TYPING_PAUSE_MS][draw(3)] ?? 0);
      if (draw(3) === 0) ann.undo.stopCapturing();
      if (draw(3) === 0) meet(ann, ben);
    }
    meet(ann, ben);
    const others = registersOfClient(ann.doc, ben.doc.clientID);
    while (ann.undo.undo() !== null);
    meet(ann, ben);
    expect(exported(ann)).toEqual(exported(ben));
    expect(registersOfClient(ann.doc, ben.doc.clientID)).toEqual(others);
    const undone = exported(ann);
    while (ann.undo.redo() !== null);
    while (ann.undo.undo() !== null);
    expect(exported(ann)).toEqual(undone);
  });
});

/** Every value that a client wrote and that stands, by its path. */
function registersOfClient(doc: Y.Doc, client: number): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = (type: AnyType, path: string): void => {
    for (const [key, item] of type._map) {
      if (item.deleted) continue;
      if (item.content instanceof Y.ContentType) {
        const inner = item.content.type;
        if (item.id.client === client) found[`${path}/${key}`] = "container";
        visit(inner, `${path}/${key}`);
        for (let part = inner._start; part !== null; part = part.right) {
          if (!part.deleted && part.id.client === client) found[`${path}/${key}/text`] = (found[`${path}/${key}/text`] ?? "") + String(part.content.getContent().join(""));
        }
      } else if (item.id.client === client) found[`${path}/${key}`] = JSON.stringify(item.content.getContent());
    }
  };
  visit(doc.getMap("nodes"), "");
  visit(doc.getMap("application"), "");
  return found;
}
