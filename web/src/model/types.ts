/**
 * The live form of an application as plain data, and the definitions that describe its nodes.
 *
 * The designer reads it from the Yjs document, the preview player from the feed; both hand the
 * same shapes to the component library.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Parent, slot and order key: one register, so that they always change together. */
export type Place = readonly [parent: string, slot: string, order: string];

/** One record of the model. `place` is null while the node is in the Trash. */
export interface LiveNode {
  readonly id: string;
  readonly type: string;
  readonly place: Place | null;
  readonly props: JsonObject;
}

/** The parent id of root elements. */
export const ROOT = "application";

export type MergeKind = "lww" | "map" | "set" | "list" | "text";

/** A JSON Schema with the extensions that the designer reads. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly "x-merge"?: MergeKind;
  readonly "x-editor"?: Json;
  readonly "x-ref"?: Json;
}

export interface SlotDefinition {
  readonly accepts: readonly string[];
  readonly max?: number | null;
  readonly title?: string;
}

export interface Definition {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly title: string;
  readonly description?: string;
  readonly icon?: string;
  /** The part of the palette that it stands in. */
  readonly group?: string;
  readonly schema: Schema;
  readonly slots?: { readonly [slot: string]: SlotDefinition };
}

export interface Problem {
  readonly node: string;
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
  readonly severity: string;
}
