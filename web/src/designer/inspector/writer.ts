/**
 * Edits of the selected nodes at a path of their properties, each one change.
 *
 * With several nodes selected an edit goes to all of them. A plain list in a register is written
 * whole, whatever was edited in it.
 */
import { newId } from "../../model/identifiers";
import type { PropPath } from "../../model/editor";
import { type Json, type JsonObject, ROOT, type Schema } from "../../model/types";
import { isObject, listEntries } from "../../model/value";
import type { Desk } from "../desk";
import { changesOf } from "../models/changes";
import { askChanges } from "../models/questions";
import { plainListDepth, replaceAt, valueAt } from "./logic/paths";

export class Writer {
  readonly #desk: Desk;
  readonly #ids: readonly string[];

  /** `ids`: the nodes to edit, the primary one last. */
  constructor(desk: Desk, ids: readonly string[]) {
    this.#desk = desk;
    this.#ids = ids;
  }

  propsOf(id: string): JsonObject {
    const { snapshot } = this.#desk;
    return id === ROOT ? snapshot.application : (snapshot.node(id)?.props ?? {});
  }

  /** Sets a value; undefined takes it out, so that the default holds again. */
  set(path: PropPath, value: Json | undefined): void {
    this.#guarded(path, value, (id) => {
      const props = this.propsOf(id);
      const depth = plainListDepth(props, path);
      if (depth === null) this.#editor.set(id, path, value);
      else this.#editor.set(id, path.slice(0, depth), replaceAt(valueAt(props, path.slice(0, depth)), path.slice(depth), value));
    });
  }

  /** Writes an expression; the shared text of one that is there is kept, with all who type in it. */
  express(path: PropPath, source: string): void {
    this.#each((id) => {
      const text = [...path, "expr"];
      if (this.#editor.text(id, text) === null) this.#editor.set(id, path, { expr: source });
      else this.#editor.type(id, text, source);
    });
  }

  type(path: PropPath, text: string): void {
    this.#each((id) => this.#editor.type(id, path, text));
  }

  clear(path: PropPath): void {
    this.#guarded(path, undefined, (id) => this.#editor.clear(id, path));
  }

  /** Adds an entry and returns its id in the primary node. */
  add(path: PropPath, list: Schema, entry: JsonObject): string {
    let added = newId();
    this.#each((id) => {
      added = this.#editor.addEntry(id, path, list, entry);
    });
    return added;
  }

  /** Adds a copy of an entry right behind it. */
  duplicate(path: PropPath, list: Schema, entryId: string): string | null {
    const id = this.#ids.at(-1) ?? ROOT;
    const entries = listEntries(valueAt(this.propsOf(id), path));
    const index = entries.findIndex(([other]) => other === entryId);
    const entry = entries[index]?.[1];
    if (entry === undefined) return null;
    const content = Object.fromEntries(Object.entries(entry).filter(([key]) => key !== "order"));
    let added = "";
    this.#editor.together(() => {
      added = this.#editor.addEntry(id, path, list, content);
      for (let step = entries.length; step > index + 1; step -= 1) this.#editor.moveEntry(id, path, added, -1);
    });
    return added;
  }

  /** Moves an entry by some places, up where `by` is less than 0. */
  move(path: PropPath, entryId: string, by: number): void {
    const id = this.#ids.at(-1) ?? ROOT;
    this.#editor.together(() => {
      for (let step = Math.abs(by); step > 0; step -= 1) this.#editor.moveEntry(id, path, entryId, by < 0 ? -1 : 1);
    });
  }

  /** What follows is undone apart from what was done before. */
  begin(): void {
    this.#desk.connection.stopCapturing();
  }

  get #editor() {
    return this.#desk.connection.editor;
  }

  /** Asks first where the edit destroys something of a data model. */
  #guarded(path: PropPath, value: Json | undefined, edit: (id: string) => void): void {
    const changes = this.#ids.flatMap((id) => {
      const node = this.#desk.snapshot.node(id);
      const after = node === undefined ? undefined : replaceAt(node.props, path, value);
      return node !== undefined && isObject(after) ? changesOf(node, after) : [];
    });
    if (changes.length === 0) {
      this.#each(edit);
      return;
    }
    askChanges(this.#desk, changes, () => {
      this.begin();
      this.#each(edit);
    });
  }

  #each(edit: (id: string) => void): void {
    const [only, ...others] = this.#ids;
    if (only !== undefined && others.length === 0) edit(only);
    else this.#editor.together(() => this.#ids.forEach(edit));
  }
}
