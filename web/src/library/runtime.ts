/**
 * What the component library asks of whoever runs the application.
 *
 * The player implements it over the preview's HTTP interface; on the canvas there is none, and views
 * show their structure. Everything that changes is a `Readable`, the same object for the same
 * question, so that views subscribe and redraw only what did change. Nothing here throws: what goes
 * wrong is a state that the view shows in place.
 */
import type { Json, JsonObject, LiveNode } from "../model/types";
import type { Readable } from "../shared/store";

/** Something that could not be done or computed; `start` and `end` count UTF-16 units in `source`. */
export interface AppError {
  readonly code: string;
  readonly message: string;
  readonly source?: string;
  readonly start?: number;
  readonly end?: number;
}

/** A property's value: literal or computed. Decimals are strings, exact; times are ISO 8601. */
export type Resolved =
  | { readonly state: "ready"; readonly value: Json }
  | { readonly state: "pending" }
  | { readonly state: "failed"; readonly error: AppError };

/** One record as the server gave it. References are ids, or objects with `id` where expanded. */
export interface DataRecord {
  readonly id: string;
  readonly model: string;
  readonly version: number;
  readonly values: JsonObject;
}

/** What an expression can see at one place of a page. */
export interface Scope {
  readonly page: string | null;
  readonly params: Readonly<Record<string, string>>;
  /** `record`: of the page, or of the nearest form or detail view with a source of its own. */
  readonly record: RecordController | null;
  /** `item` (and `row`): within what a list repeats, a table's cells and their events. */
  readonly item: DataRecord | null;
}

/** A field as a control or a column needs it. */
export interface FieldInfo {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** Computed, a system field, or not granted to the role that is viewed. */
  readonly isReadOnly: boolean;
  readonly values: readonly string[];
  /** The data model's id that a reference refers to, or empty. */
  readonly target: string;
  readonly scale: number;
}

export interface ModelInfo {
  readonly id: string;
  readonly name: string;
  readonly fields: readonly FieldInfo[];
  readonly mayCreate: boolean;
  readonly mayUpdate: boolean;
  readonly mayDelete: boolean;
}

export interface QueryOptions {
  /** Field names, a minus sign before one for descending; empty: as the source says. */
  readonly sort: readonly string[];
  readonly search: string;
  /** Text that a column must contain or equal, by field path. */
  readonly filters: Readonly<Record<string, string>>;
  /** Counted from 0. */
  readonly page: number;
  readonly pageSize: number;
}

export interface QueryState {
  readonly state: "pending" | "ready" | "failed";
  /** While a newer answer is on its way the old one stays. */
  readonly isRefreshing: boolean;
  readonly model: ModelInfo | null;
  readonly records: readonly DataRecord[];
  readonly total: number | null;
  readonly error: AppError | null;
}

export interface Group {
  readonly key: Json;
  readonly label: string;
  /** A number or an exact decimal as a string. */
  readonly value: number | string;
}

export interface GroupsState {
  readonly state: "pending" | "ready" | "failed";
  readonly groups: readonly Group[];
  readonly error: AppError | null;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface ChoicesState {
  readonly state: "pending" | "ready" | "failed";
  readonly choices: readonly Choice[];
  /** There are more than are listed: search narrows them down. */
  readonly hasMore: boolean;
  readonly error: AppError | null;
}

/** One record being looked at or edited: drafts over what is saved. */
export interface RecordController {
  readonly model: ModelInfo | null;
  readonly state: Readable<RecordState>;
  /** Keeps a draft; nothing is sent before `save`. */
  readonly edit: (field: string, value: Json) => void;
  /** Creates or updates; resolves to false after a refusal, whose reasons are in the state. */
  readonly save: () => Promise<boolean>;
  readonly discard: () => void;
}

export interface RecordState {
  readonly state: "pending" | "ready" | "missing" | "failed";
  readonly isNew: boolean;
  readonly isDirty: boolean;
  readonly isSaving: boolean;
  readonly saved: DataRecord | null;
  /** What is saved with the drafts over it, by field name. */
  readonly values: JsonObject;
  /** By field name, from the server's answer or a check before sending. */
  readonly fieldErrors: Readonly<Record<string, string>>;
  /** What concerns no single field. */
  readonly error: AppError | null;
}

/** What an input field is bound to (`record.name`, `vars.search`, `item.done`). */
export interface Binding {
  readonly value: Readable<Json>;
  readonly error: Readable<string | null>;
  readonly field: FieldInfo | null;
  readonly isReadOnly: boolean;
  /** Called while typing. */
  readonly set: (value: Json) => void;
  /** Called when the control is left: a field outside every form is saved now. */
  readonly commit: () => void;
}

/** Rows of an editable table. Each resolves to errors by field name, none if it was done. */
export interface RowEditor {
  /** What a new row begins with, taken from equalities in the table's filter; null: not yet. */
  readonly initial: Readable<JsonObject | null>;
  readonly create: (values: JsonObject) => Promise<RowResult>;
  readonly update: (record: DataRecord, values: JsonObject) => Promise<RowResult>;
  readonly remove: (record: DataRecord) => Promise<RowResult>;
}

export type RowResult =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly fieldErrors: Readonly<Record<string, string>>; readonly error: AppError | null };

export interface AppRuntime {
  /** The value of a property (`path` within props, such as ["columns", "e1", "title"]). */
  readonly value: (node: LiveNode, path: readonly string[], scope: Scope) => Readable<Resolved>;
  readonly model: (id: string) => ModelInfo | null;
  readonly query: (node: LiveNode, scope: Scope, options: QueryOptions) => Readable<QueryState>;
  readonly groups: (node: LiveNode, scope: Scope) => Readable<GroupsState>;
  readonly choices: (node: LiveNode, scope: Scope, search: string) => Readable<ChoicesState>;
  /** Choices for a reference without a Select of its own: cells and generated forms. */
  readonly references: (model: string, search: string) => Readable<ChoicesState>;
  /** The record of a node's own `dataSource`, or the scope's where it has none. */
  readonly record: (node: LiveNode, scope: Scope) => RecordController | null;
  readonly binding: (node: LiveNode, scope: Scope) => Binding | null;
  readonly rows: (node: LiveNode, scope: Scope) => RowEditor;
  /** Performs an event's actions one after the other; the first failure stops and is shown. */
  readonly perform: (node: LiveNode, event: string, scope: Scope) => Promise<boolean>;
  /** The same for actions that stand elsewhere, such as a menu item's (`path` leads to them). */
  readonly performAt: (node: LiveNode, path: readonly string[], scope: Scope) => Promise<boolean>;
  /** Whether an event of the node is being performed: its button waits. */
  readonly isBusy: (node: LiveNode) => Readable<boolean>;
}
