/** The types of an application's data, read out of its live form. The server's twin is `schema.py`. */
import { isReference, listEntries } from "../model/value";
import { ROOT, type JsonObject, type LiveNode } from "../model/types";
import type { Snapshot } from "../model/snapshot";
import {
  BOOL,
  DECIMAL,
  DYN,
  INT,
  listOf,
  recordOf,
  STRING,
  TIMESTAMP,
  type ModelType,
  type Schema,
  type Type,
} from "./types";

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** The fields that every record has. */
const SYSTEM: Readonly<Record<string, Type>> = {
  id: STRING,
  createdAt: TIMESTAMP,
  updatedAt: TIMESTAMP,
  createdBy: STRING,
};

const TYPES: Readonly<Record<string, Type>> = {
  UUID: STRING,
  Text: STRING,
  Email: STRING,
  Url: STRING,
  Integer: INT,
  Decimal: DECIMAL,
  Boolean: BOOL,
  Date: STRING,
  Time: STRING,
  DateTime: TIMESTAMP,
  Enum: STRING,
  Json: DYN,
  File: STRING,
};

/** Returns the types of all records; what is unfinished (no name, no type) is left out. */
export function schemaOf(snapshot: Snapshot): Schema {
  const models = named(snapshot.children(ROOT, "dataModels"), "DataModel");
  const ids = new Set(models.map((model) => model.id));
  const fields = models.map((model) => usable(snapshot, model, ids));
  const lists = inverseLists(models, fields);
  const types = models.map((model, index): readonly [string, ModelType] => {
    const own = (fields[index] ?? []).map((field) => [nameOf(field), typeOf(field)] as const);
    // A field of the model itself wins over another model's list of the same name.
    const all = { ...lists.get(model.id), ...SYSTEM, ...Object.fromEntries(own) };
    return [model.id, { name: nameOf(model), fields: all }];
  });
  const enums = models.map((model, index) => [nameOf(model), enumsOf(fields[index] ?? [])] as const);
  return { models: Object.fromEntries(types), enums: Object.fromEntries(enums) };
}

function nameOf(node: LiveNode): string {
  return typeof node.props.name === "string" ? node.props.name : "";
}

/** The nodes of this kind with a usable name that none before them has. */
function named(nodes: readonly LiveNode[], kind: string): readonly LiveNode[] {
  const taken = new Set<string>();
  return nodes.filter((node) => {
    const name = nameOf(node);
    if (!node.type.startsWith(`${kind}@`) || !NAME.test(name) || taken.has(name)) return false;
    taken.add(name);
    return true;
  });
}

function usable(
  snapshot: Snapshot,
  model: LiveNode,
  models: ReadonlySet<string>,
): readonly LiveNode[] {
  return named(snapshot.children(model.id, "fields"), "Field").filter((field) => {
    const type = String(field.props.type ?? "");
    return type === "Reference" ? models.has(targetOf(field)) : Object.hasOwn(TYPES, type);
  });
}

function targetOf(field: LiveNode): string {
  return isReference(field.props.model) ? field.props.model.ref : "";
}

function typeOf(field: LiveNode): Type {
  if (field.props.type === "Reference") return recordOf(targetOf(field));
  return TYPES[String(field.props.type)] ?? STRING;
}

/** For every model the lists that references of others make on its records. */
function inverseLists(
  models: readonly LiveNode[],
  fields: readonly (readonly LiveNode[])[],
): ReadonlyMap<string, Readonly<Record<string, Type>>> {
  const lists = new Map<string, Record<string, Type>>();
  models.forEach((model, index) => {
    for (const field of fields[index] ?? []) {
      const { inverse } = field.props;
      if (field.props.type !== "Reference" || typeof inverse !== "string" || !inverse) continue;
      const known = lists.get(targetOf(field)) ?? {};
      lists.set(targetOf(field), { [inverse]: listOf(recordOf(model.id)), ...known });
    }
  });
  return lists;
}

function enumsOf(fields: readonly LiveNode[]): Readonly<Record<string, readonly string[]>> {
  const enums = fields.filter((field) => field.props.type === "Enum");
  return Object.fromEntries(enums.map((field) => [nameOf(field), valuesOf(field.props)]));
}

function valuesOf(props: JsonObject): readonly string[] {
  const plain = Array.isArray(props.values) ? props.values : null;
  const values = plain ?? listEntries(props.values).map(([, entry]) => entry.value ?? "");
  const texts = values.map((value) => (typeof value === "string" ? value : ""));
  return [...new Set(texts.filter(Boolean))];
}
