/**
 * What the player needs of the expression engine, in terms of records and JSON.
 *
 * Analyses are kept: each expression is looked at once, however many rows it is computed for.
 */
import type { AppError } from "../../library/runtime";
import type { Json, JsonObject } from "../../model/types";
import type { Reading } from "./scopes";

/** A record as an expression sees it: values as they travel, typed by its model's id. */
export interface Seen {
  readonly model: string;
  readonly values: JsonObject;
}

/** Everything that an expression in the browser can see. */
export interface Sight {
  readonly params: Readonly<Record<string, string>>;
  readonly vars: JsonObject;
  readonly record: Seen | null;
  readonly item: Seen | null;
}

export type Analysed = ({ readonly ok: true } & Reading & { readonly equalities: readonly Equality[] }) | { readonly ok: false; readonly error: AppError };
export type Evaluated = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: AppError };

/** `item.<field> == <source>`, which holds for everything that the expression lets through. */
export interface Equality {
  readonly field: string;
  readonly source: string;
}

export interface Expressions {
  readonly analyse: (source: string) => Analysed;
  /** What is wrong by the types of the model alone; records by their models' ids, null: not known. */
  readonly check: (source: string, record: string | null, item: string | null) => AppError | null;
  readonly evaluate: (source: string, sight: Sight) => Evaluated;
}
