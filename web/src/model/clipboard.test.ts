import { describe, expect, it } from "vitest";

import { fit, readClip, writeClip } from "./clipboard";
import { fragmentOf } from "./fragment";
import { BUTTON, FIELD, MODEL, PAGE, put, STACK, type World, world } from "./testing/fixtures";
import { ROOT } from "./types";

/** A room with a model, a field in it, and a button that refers to both and to its neighbour. */
function room(): World & { readonly page: string; readonly stack: string; readonly button: string; readonly model: string; readonly field: string } {
  const one = world();
  const model = put(one, MODEL, ROOT, "dataModels");
  one.editor.set(model, ["name"], "Größe 😀");
  const field = put(one, FIELD, model, "fields");
  one.editor.set(field, ["name"], "status");
  const page = put(one, PAGE, ROOT, "pages");
  const stack = put(one, STACK, page, "children");
  const button = put(one, BUTTON, stack, "children");
  one.editor.set(button, ["format", "style"], { ref: field });
  one.editor.set(button, ["disabled"], { ref: model });
  one.editor.set(button, ["label"], { ref: stack });
  return { ...one, page, stack, button, model, field };
}

const clipOf = (one: World, id: string) => readClip(writeClip(fragmentOf(one.live.snapshots.get(), [id]), one.live.snapshots.get()));

describe("a clip", () => {
  it("is read as it was written, and by nothing else", () => {
    const one = room();
    const clip = clipOf(one, one.stack);
    expect(clip?.fragment.roots).toEqual([one.stack]);
    expect([...(clip?.outside.keys() ?? [])].toSorted()).toEqual([one.field, one.model].toSorted());
    for (const text of ["", "Größe", "{", "{}", '{"designRooms":2}', '{"designRooms":1,"fragment":{"roots":[],"nodes":[]}}']) expect(readClip(text)).toBeNull();
    const forged = { designRooms: 1, fragment: { roots: ["a"], nodes: [{ id: "a", type: "Button@1", place: null, props: {} }] }, outside: { a: "x", b: [["t"]], c: [] } };
    expect(readClip(JSON.stringify(forged))?.outside.size).toBe(0);
  });

  it("keeps its references in the room that it is from", () => {
    const one = room();
    const clip = clipOf(one, one.stack);
    if (clip === null) throw new Error("no clip");
    expect(fit(clip, one.live.snapshots.get())).toEqual({ fragment: clip.fragment, missing: [] });
  });

  it("finds by their names in another room what it refers to, and says what is not there", () => {
    const [one, other, bare] = [room(), room(), world()];
    const clip = clipOf(one, one.stack);
    if (clip === null) throw new Error("no clip");
    const fitted = fit(clip, other.live.snapshots.get());
    expect(fitted.missing).toEqual([]);
    expect(fitted.fragment.nodes.find((node) => node.id === one.button)?.props).toMatchObject({
      format: { style: { ref: other.field } },
      disabled: { ref: other.model },
      label: { ref: one.stack },
    });
    other.editor.removeAll([other.field]);
    expect(fit(clip, other.live.snapshots.get()).missing).toEqual(["Größe 😀 › status"]);
    expect(fit(clip, bare.live.snapshots.get()).missing.toSorted()).toEqual(["Größe 😀", "Größe 😀 › status"]);
  });
});
