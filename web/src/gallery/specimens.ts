/** What a section of the gallery is made of, and a short way to write components down. */
import { Snapshot } from "../model/snapshot";
import { type Json, type JsonObject, type LiveNode, ROOT } from "../model/types";
import { MODELS } from "../library/testing/data";

/** A component as it would stand in a file. */
export interface Piece {
  readonly type: string;
  readonly props: JsonObject;
  readonly slots: Readonly<Record<string, readonly Piece[]>>;
}

export function piece(type: string, props: JsonObject = {}, children: readonly Piece[] = [], slots: Piece["slots"] = {}): Piece {
  return { type, props, slots: { ...(children.length > 0 && { children }), ...slots } };
}

export interface Specimen {
  readonly state: string;
  readonly piece: Piece;
  /** The record around it, by model and id. */
  readonly record?: readonly [model: string, id: string];
  readonly direction?: "rtl";
  readonly isWide?: boolean;
  /** As the designer's canvas shows it: without data. */
  readonly isDesigned?: boolean;
}

export interface Section {
  readonly title: string;
  readonly specimens: readonly Specimen[];
}

export const expr = (source: string): Json => ({ expr: source });
export const model = (name: string): Json => ({ ref: `m-${name}` });
export const column = (of: string, name: string, rest: JsonObject = {}): JsonObject => ({ field: name.includes(".") ? name : { ref: `f-${of}-${name}` }, ...rest });

/** The id of a specimen's outermost node. */
export const specimenId = (section: number, specimen: number): string => `s${section}-${specimen}`;

/** All specimens as one model, with the data models that they name. */
export function snapshotOf(sections: readonly Section[]): Snapshot {
  const nodes = new Map<string, LiveNode>();
  const put = (id: string, from: Piece, parent: string, slot: string, order: number): void => {
    nodes.set(id, { id, type: `${from.type}@1`, place: [parent, slot, `a${String(order).padStart(4, "0")}`], props: from.props });
    for (const [inner, pieces] of Object.entries(from.slots)) pieces.forEach((child, index) => put(`${id}-${inner}${index}`, child, id, inner, index));
  };
  MODELS.forEach((each, index) => {
    put(each.id, piece("DataModel", { name: each.name }), ROOT, "dataModels", index);
    each.fields.forEach((field, at) => put(field.id, piece("Field", { name: field.name }), each.id, "fields", at));
  });
  sections.forEach((section, at) => section.specimens.forEach((specimen, index) => put(specimenId(at, index), specimen.piece, ROOT, "pages", at * 100 + index)));
  return new Snapshot({ name: "Gallery" }, nodes);
}
