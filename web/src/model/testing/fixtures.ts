/** Definitions and documents for the tests of the model: small, with names beyond ASCII. */
import * as Y from "yjs";

import { Editor } from "../editor";
import { LiveModel } from "../live";
import { Registry } from "../registry";
import type { Definition } from "../types";

const component = (id: string, rest: Partial<Definition>): Definition => ({
  id,
  version: "1.0.0",
  kind: "component",
  title: id,
  schema: { type: "object" },
  ...rest,
});

export const STACK = component("Stack", { slots: { children: { accepts: ["component"] } } });
export const BUTTON = component("Button", {
  schema: {
    type: "object",
    required: ["label"],
    properties: {
      label: { type: "string" },
      disabled: { type: "boolean", default: false },
      note: { type: "string", "x-merge": "text" },
      tags: { type: "array", items: { type: "string" }, "x-merge": "set" },
      style: { type: "object", additionalProperties: { type: "string" }, "x-merge": "map" },
      format: { type: "object", properties: { style: { type: "string" }, digits: { type: "integer" } } },
      onClick: {
        type: "array",
        "x-merge": "list",
        items: {
          type: "object",
          properties: {
            action: { type: "string", enum: ["navigate", "openDialog"] },
            to: { type: "string" },
            values: { type: "object", additionalProperties: true, "x-merge": "map" },
          },
        },
      },
      steps: { type: "array", items: { type: "string" }, "x-merge": "list" },
    },
  },
});
export const PAGE: Definition = {
  id: "Page",
  version: "1.0.0",
  kind: "page",
  title: "Page",
  schema: { type: "object", required: ["name", "path"], properties: { name: { type: "string" }, path: { type: "string" } } },
  slots: { children: { accepts: ["component"] } },
};
export const MODEL: Definition = {
  id: "DataModel",
  version: "1.2.0",
  kind: "model",
  title: "Data model",
  schema: { type: "object", properties: { name: { type: "string" } } },
  slots: { fields: { accepts: ["Field"] } },
};
export const FIELD: Definition = {
  id: "Field",
  version: "1.0.0",
  kind: "field",
  title: "Field",
  schema: { type: "object", properties: { name: { type: "string" } } },
};
export const APPLICATION: Definition = {
  id: "Application",
  version: "1.0.0",
  kind: "application",
  title: "Application",
  schema: {
    type: "object",
    properties: {
      metadata: {
        type: "object",
        properties: { createdBy: { type: "string" }, tags: { type: "array", items: { type: "string" }, "x-merge": "set" } },
        "x-merge": "map",
      },
    },
  },
  slots: { dataModels: { title: "Data models", accepts: ["model"] }, pages: { title: "Pages", accepts: ["page"] } },
};

export const REGISTRY = new Registry([APPLICATION, PAGE, STACK, BUTTON, MODEL, FIELD]);

export interface World {
  readonly doc: Y.Doc;
  readonly live: LiveModel;
  readonly editor: Editor;
}

export function world(): World {
  const doc = new Y.Doc();
  return { doc, live: new LiveModel(doc), editor: new Editor(doc, (type) => REGISTRY.byType(type)?.schema) };
}

/** Creates a node at the end of a slot and returns its id. */
export function put({ live, editor }: World, definition: Definition, parent: string, slot: string): string {
  const snapshot = live.snapshots.get();
  return editor.create(definition, snapshot, parent, slot, snapshot.children(parent, slot).length);
}

/** Lets two documents have one another's changes. */
export function exchange(a: Y.Doc, b: Y.Doc): void {
  const fromA = Y.encodeStateAsUpdate(a, Y.encodeStateVector(b));
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b, Y.encodeStateVector(a)));
  Y.applyUpdate(b, fromA);
}
