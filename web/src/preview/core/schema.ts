/**
 * What the viewed role may do with which data: models with their fields, workflows, roles.
 *
 * The server knows; until it has answered, and where it cannot, the model itself says which fields
 * there are, so that a page is drawn at once.
 */
import type { FieldInfo, ModelInfo } from "../../library/runtime";
import { typeName } from "../../model/registry";
import { words } from "../../model/schema";
import type { Snapshot } from "../../model/snapshot";
import { type Json, type JsonObject, type LiveNode, ROOT } from "../../model/types";
import { isObject, isReference, listEntries, toText } from "../../model/value";
import type { Readable } from "../../shared/store";
import type { Client } from "./client";
import { Computed } from "./computed";
import type { Loaded, Queries } from "./queries";

export interface WorkflowInfo {
  readonly id: string;
  readonly name: string;
  readonly mayRun: boolean;
}

/** The list `name` of a model's records: those of `model` whose reference `field` names one. */
export interface Inverse {
  readonly name: string;
  readonly model: string;
  readonly field: string;
}

export interface Schema {
  /** Whether the server has said so; before that nothing may be changed. */
  readonly isKnown: boolean;
  readonly models: ReadonlyMap<string, ModelInfo>;
  readonly inverses: ReadonlyMap<string, readonly Inverse[]>;
  readonly roles: readonly string[];
  readonly workflows: readonly WorkflowInfo[];
  /** Pages that the role may not open. */
  readonly closedPages: ReadonlySet<string>;
  readonly isReadOnly: boolean;
}

export const SYSTEM_FIELDS: Readonly<Record<string, string>> = {
  id: "UUID",
  createdAt: "DateTime",
  updatedAt: "DateTime",
  createdBy: "Text",
};

/** The key of the question for the schema. */
export const SCHEMA = "schema";

export function schemaOver(client: Client, queries: Queries, snapshots: Readable<Snapshot>): Readable<Schema> {
  const answer = queries.ask<JsonObject>({
    key: SCHEMA,
    // Records do not change it; the feed says when it has.
    models: new Set(),
    load: async (signal) => {
      const outcome = await client.send("player/schema", { signal });
      return outcome.ok ? { ok: true, value: isObject(outcome.value) ? outcome.value : {} } : outcome;
    },
  });
  // Maps are compared by identity, so the parts are compared as lists before they become maps.
  const models = new Computed((track) => [...modelsOf(track(snapshots))]);
  const inverses = new Computed((track) => [...inversesOf(track(snapshots))]);
  return new Computed((track) => merge(new Map(track(models)), new Map(track(inverses)), track<Loaded<JsonObject>>(answer)));
}

function merge(models: Schema["models"], inverses: Schema["inverses"], { value }: Loaded<JsonObject>): Schema {
  if (value === null) return { isKnown: false, models, inverses, roles: [], workflows: [], closedPages: new Set(), isReadOnly: true };
  const told = array(value.models).map((model) => readModel(model, models.get(toText(model.id))));
  return {
    isKnown: true,
    // A model that the server does not tell of is not granted to the role.
    models: new Map(told.map((model) => [model.id, model])),
    inverses,
    roles: Array.isArray(value.roles) ? value.roles.map(toText).filter((name) => name !== "") : [],
    workflows: array(value.workflows).map(({ id, name, mayRun }) => ({ id: toText(id), name: toText(name), mayRun: mayRun === true })),
    closedPages: new Set(Array.isArray(value.closedPages) ? value.closedPages.map(toText) : []),
    isReadOnly: value.isReadOnly === true,
  };
}

function array(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function readModel(told: JsonObject, drawn: ModelInfo | undefined): ModelInfo {
  const byName = new Map((drawn?.fields ?? []).map((field) => [field.name, field]));
  return {
    id: toText(told.id),
    name: toText(told.name),
    fields: withSystemFields(array(told.fields).map((field) => readField(field, byName.get(toText(field.name))))),
    mayCreate: told.mayCreate === true,
    mayUpdate: told.mayUpdate === true,
    mayDelete: told.mayDelete === true,
  };
}

function readField(told: JsonObject, drawn: FieldInfo | undefined): FieldInfo {
  const name = toText(told.name);
  return {
    id: toText(told.id) || name,
    name,
    title: toText(told.title) || drawn?.title || words(name),
    type: toText(told.type) || drawn?.type || "Text",
    isRequired: told.isRequired === true,
    isReadOnly: told.isReadOnly === true,
    values: Array.isArray(told.values) ? told.values.map(toText) : (drawn?.values ?? []),
    target: toText(told.target) || drawn?.target || "",
    scale: typeof told.scale === "number" ? told.scale : (drawn?.scale ?? 2),
  };
}

/** The data models as they are drawn, with nothing granted. */
export function modelsOf(snapshot: Snapshot): ReadonlyMap<string, ModelInfo> {
  const models = new Map<string, ModelInfo>();
  for (const node of snapshot.children(ROOT, "dataModels")) {
    const name = toText(node.props.name);
    if (typeName(node.type) !== "DataModel" || name === "") continue;
    const fields = snapshot.children(node.id, "fields").flatMap((field) => drawnField(field));
    models.set(node.id, { id: node.id, name, fields: withSystemFields(fields), mayCreate: false, mayUpdate: false, mayDelete: false });
  }
  return models;
}

function drawnField({ id, props }: LiveNode): readonly FieldInfo[] {
  const name = toText(props.name);
  const type = toText(props.type);
  if (name === "" || type === "") return [];
  return [{
    id,
    name,
    title: toText(props.title) || words(name),
    type,
    isRequired: props.required === true,
    isReadOnly: isObject(props.computed) && toText(props.computed.expr) !== "",
    values: listEntries(props.values).map(([, entry]) => toText(entry.value)).filter((value) => value !== ""),
    target: isReference(props.model) ? props.model.ref : "",
    scale: typeof props.scale === "number" ? props.scale : 2,
  }];
}

function withSystemFields(fields: readonly FieldInfo[]): readonly FieldInfo[] {
  const names = new Set(fields.map((field) => field.name));
  const system = Object.entries(SYSTEM_FIELDS).filter(([name]) => !names.has(name));
  return [
    ...fields,
    ...system.map(([name, type]) => ({ id: name, name, title: words(name), type, isRequired: false, isReadOnly: true, values: [], target: "", scale: 0 })),
  ];
}

export function fieldOf(model: ModelInfo | null | undefined, nameOrId: string): FieldInfo | null {
  return model?.fields.find((field) => field.name === nameOrId || field.id === nameOrId) ?? null;
}

/** The field whose value people know a record by: a name or title, else its first text. */
export function labelField(model: ModelInfo): FieldInfo | null {
  const texts = model.fields.filter((field) => field.type === "Text" || field.type === "Email");
  const named = texts.find((field) => /^(name|title|label)$/iu.test(field.name)) ?? texts.find((field) => /(name|title|no|number)$/iu.test(field.name));
  return named ?? texts.find((field) => SYSTEM_FIELDS[field.name] === undefined) ?? null;
}

/** The models whose records a path reads, from a model on: `customer.tier` reads two. */
export function modelsAlong(schema: Schema, model: string, path: readonly string[]): readonly string[] {
  const found = [model];
  let at: string | undefined = model;
  for (const name of path) {
    if (at === undefined || name === "*") continue;
    at = fieldOf(schema.models.get(at), name)?.target || inverseOf(schema, at, name)?.model;
    if (at !== undefined) found.push(at);
  }
  return found;
}

/** The models whose records may be part of what one record of a model shows. */
export function modelsNear(schema: Schema, model: string, steps = 2): ReadonlySet<string> {
  const found = new Set([model]);
  for (let step = 0; step < steps; step += 1) {
    for (const id of [...found]) {
      for (const field of schema.models.get(id)?.fields ?? []) if (field.target !== "") found.add(field.target);
      for (const inverse of schema.inverses.get(id) ?? []) found.add(inverse.model);
    }
  }
  return found;
}

/** The list of this name on records of a model, which a reference elsewhere makes. */
export function inverseOf(schema: Schema, model: string, name: string): Inverse | null {
  return schema.inverses.get(model)?.find((inverse) => inverse.name === name) ?? null;
}

/** The inverse lists of the drawn model, by the id of the model that has them. */
function inversesOf(snapshot: Snapshot): ReadonlyMap<string, readonly Inverse[]> {
  const found = new Map<string, Inverse[]>();
  for (const model of snapshot.children(ROOT, "dataModels")) {
    for (const field of snapshot.children(model.id, "fields")) {
      const { inverse, model: target, name } = field.props;
      if (typeof inverse !== "string" || inverse === "" || !isReference(target)) continue;
      const list = found.get(target.ref) ?? [];
      list.push({ name: inverse, model: model.id, field: toText(name) });
      found.set(target.ref, list);
    }
  }
  return found;
}

/** The inverse lists of one drawn model. */
export function inverseList(snapshot: Snapshot, model: string): readonly Inverse[] {
  return inversesOf(snapshot).get(model) ?? [];
}
