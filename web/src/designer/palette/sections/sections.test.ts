import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";

import { Editor } from "../../../model/editor";
import { readFragment } from "../../../model/fragment";
import { LiveModel } from "../../../model/live";
import { Registry } from "../../../model/registry";
import { mergeOf, referenceRule, requiredMembers } from "../../../model/schema";
import type { Snapshot } from "../../../model/snapshot";
import { obstacle } from "../../../model/targets";
import { type Definition, type Json, type JsonObject, type LiveNode, ROOT, type Schema } from "../../../model/types";
import { isObject, listEntries } from "../../../model/value";
import { SECTIONS } from "../sections";
import type { Section } from "./section";
import { SKETCH_HEIGHT, SKETCH_WIDTH } from "./sketch";

const FOLDER = new URL("../../../../../collab/model/components/", import.meta.url);
const read = (path: string): Json => JSON.parse(readFileSync(new URL(path, FOLDER), "utf8")) as Json;

/** A definition as the server sends it: what it shares with others is written out. */
function whole(value: Json): Json {
  if (Array.isArray(value)) return value.map(whole);
  if (!isObject(value)) return value;
  const shared = typeof value.$ref === "string" ? whole(read(`shared/${value.$ref.replace("shared:", "")}.json`)) : {};
  const own = Object.entries(value).filter(([key]) => key !== "$ref").map(([key, member]) => [key, whole(member)] as const);
  return { ...(isObject(shared) ? shared : {}), ...Object.fromEntries(own) };
}

const DEFINITIONS = ["component", "model"].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, FOLDER)).map((name) => whole(read(`${folder}/${name}`)) as unknown as Definition));
const registry = new Registry(DEFINITIONS);

/** What a component cannot do without, and which nobody can choose before there are data models. */
const CHOSEN_LATER: ReadonlySet<string> = new Set(["dataSource"]);

/** A room with one page, into which the section has been put as the palette does it. */
function placed({ fragment }: Section): { readonly snapshot: Snapshot; readonly roots: readonly string[] } {
  const doc = new Y.Doc();
  const live = new LiveModel(doc);
  const editor = new Editor(doc, (type) => registry.byType(type)?.schema);
  const snapshot = (): Snapshot => live.snapshots.get();
  const definition = registry.byType("Page@1");
  if (definition === undefined) throw new Error("there is no page");
  const page = editor.create(definition, snapshot(), ROOT, "pages", 0);
  const types = fragment.nodes.filter((node) => fragment.roots.includes(node.id)).map((node) => node.type);
  expect(obstacle({ kind: "types", types }, page, "children", snapshot(), registry)).toBeNull();
  return { roots: editor.insert(fragment, snapshot(), page, "children", 0), snapshot: snapshot() };
}

/** What is wrong with a value by its schema, as far as sections can get it wrong. */
function faults(value: Json | undefined, schema: Schema | undefined, where: string): readonly string[] {
  if (schema === undefined) return [`${where} is not declared`];
  if (value === undefined) return [];
  if (referenceRule(schema) !== null) return [];
  if (schema.enum !== undefined && !schema.enum.includes(value as never)) return [`${where} is none of its values`];
  if (mergeOf(schema) === "list") {
    return listEntries(value).flatMap(([id, { order, ...entry }]) => [
      ...(typeof order === "string" && order !== "" ? [] : [`${where} ${id} has no order`]),
      ...("value" in entry && schema.items?.properties?.value === undefined ? faults(entry.value, schema.items, where) : members(entry, schema.items, `${where} ${id}`)),
    ]);
  }
  if (isObject(value) && schema.properties !== undefined) return members(value, schema, where);
  return [];
}

function members(object: JsonObject, schema: Schema | undefined, where: string): readonly string[] {
  const missing = [...requiredMembers(schema, object)].filter((name) => object[name] === undefined && !CHOSEN_LATER.has(name)).map((name) => `${where} has no ${name}`);
  return [...missing, ...Object.entries(object).flatMap(([name, value]) => {
    // A container that nothing was put into is as good as none.
    const isEmpty = isObject(value) && Object.keys(value).length === 0;
    return isEmpty ? [] : faults(value, schema?.properties?.[name], `${where} ${name}`);
  })];
}

/** The ids that a node's properties lead to. */
function references(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => (key === "ref" && typeof member === "string" ? [member] : references(member)));
}

describe("the sections", () => {
  it("are told apart, and each is told of in a line or two", () => {
    expect(SECTIONS.length).toBeGreaterThanOrEqual(10);
    for (const name of ["id", "title", "description"] as const) expect(new Set(SECTIONS.map((section) => section[name])).size).toBe(SECTIONS.length);
    for (const { description } of SECTIONS) expect(description.length).toBeLessThanOrEqual(72);
  });

  describe.each(SECTIONS.map((section) => [section.id, section] as const))("%s", (_, section) => {
    it("is a fragment that can be carried and read again", () => {
      expect(readFragment(JSON.parse(JSON.stringify(section.fragment)))).toEqual(section.fragment);
    });

    it("stands in a page as the definitions want it", () => {
      const { snapshot, roots } = placed(section);
      const nodes = roots.flatMap((root) => snapshot.subtree(root));
      expect(nodes).toHaveLength(section.fragment.nodes.length);
      const checked = nodes.flatMap((node: LiveNode) => {
        const definition = registry.byType(node.type);
        if (definition === undefined || node.place === null) return [`${node.type} is unknown or nowhere`];
        const [parent, slot] = node.place;
        const found = obstacle({ kind: "nodes", ids: [node.id] }, parent, slot, snapshot, registry);
        return [...(found === null ? [] : [`${node.type} in ${slot}: ${found}`]), ...members(node.props, definition.schema, node.type)];
      });
      expect(checked).toEqual([]);
    });

    it("leads to nothing that is not in it", () => {
      const { snapshot } = placed(section);
      const targets = [...snapshot.nodes.values()].flatMap((node) => references(node.props));
      expect(targets.filter((id) => !snapshot.isLive(id))).toEqual([]);
    });

    it("has a picture that stays on its field", () => {
      expect(section.sketch.length).toBeGreaterThan(2);
      for (const [, x, y, width, height] of section.sketch) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(SKETCH_WIDTH);
        expect(y + height).toBeLessThanOrEqual(SKETCH_HEIGHT);
      }
    });
  });
});
