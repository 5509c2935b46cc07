/**
 * Values and the JSON of the preview's HTTP interface.
 *
 * There a decimal is a text of digits and a moment is ISO 8601, so reading needs the type: what a
 * field's value is, the data model says. A reference is an id, or an object where it is expanded.
 */
import type { Json, JsonObject } from "../model/types";
import { Decimal, decimalOfText, textOfDecimal } from "./decimal";
import { ExpressionError } from "./errors";
import { VALUE_DEPTH_MAX } from "./limits";
import { durationOfText, textOfDuration, textOfTimestamp, timestampOfText } from "./times";
import { own, type Schema, type Type } from "./types";
import { Duration, RecordValue, Timestamp, type FieldSource, type Value } from "./values";

/** Fields that are converted when they are read. */
class JsonFields implements FieldSource {
  private readonly converted = new Map<string, Value>();

  constructor(
    private readonly json: JsonObject,
    private readonly types: Readonly<Record<string, Type>>,
    private readonly schema: Schema,
  ) {}

  get(name: string): Value | undefined {
    const known = this.converted.get(name);
    if (known !== undefined || !Object.hasOwn(this.json, name)) return known;
    const value = fromJson(this.json[name] ?? null, own(this.types, name) ?? { name: "dyn" }, this.schema);
    this.converted.set(name, value);
    return value;
  }
}

/**
 * Returns the value of *json*, which is of *type*. What is not of its type is taken for what it
 * looks like: a draft in a form may be half-typed, and the server judges what is saved.
 */
export function fromJson(json: Json, type: Type, schema: Schema): Value {
  return convert(json, type, schema, 0);
}

function convert(json: Json, type: Type, schema: Schema, depth: number): Value {
  if (json === null || depth > VALUE_DEPTH_MAX) return null;
  if (isList(json)) {
    const element = type.name === "list" ? (type.element ?? null) : null;
    return json.map((item) => convert(item, element ?? { name: "dyn" }, schema, depth + 1));
  }
  if (type.name === "record" && type.model !== undefined) return record(json, type.model, schema);
  switch (typeof json) {
    case "boolean":
      return json;
    case "number":
      return numberOf(json, type);
    case "string":
      return textAs(json, type);
  }
  const entries = Object.entries(json).map(([name, value]) => {
    const part = type.name === "map" ? type.element : own(type.fields ?? {}, name);
    return [name, convert(value, part ?? { name: "dyn" }, schema, depth + 1)] as const;
  });
  return new Map(entries);
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

function record(json: Json, model: string, schema: Schema): Value {
  if (typeof json === "string") return new RecordValue(json, model, new Map());
  if (typeof json !== "object" || json === null || isList(json)) return null;
  const { id } = json;
  const fields = own(schema.models, model)?.fields ?? {};
  return new RecordValue(typeof id === "string" ? id : "", model, new JsonFields(json, fields, schema));
}

function numberOf(json: number, type: Type): Value {
  if (type.name === "decimal") return decimalOfText(String(json));
  return Number.isSafeInteger(json) && type.name !== "double" ? BigInt(json) : json;
}

function textAs(json: string, type: Type): Value {
  try {
    switch (type.name) {
      case "decimal":
        return decimalOfText(json);
      case "timestamp":
        return timestampOfText(json);
      case "duration":
        return durationOfText(json);
      case "int":
        return /^-?\d{1,18}$/.test(json) ? BigInt(json) : json;
      default:
        return json;
    }
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return json;
    throw thrown;
  }
}

/**
 * Returns the JSON of a value: decimals and times as texts, a record as its id. An integer that
 * JSON's readers would round is a text. What `evaluate` returned is not too large for this.
 */
export function toJson(value: Value): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (value instanceof Decimal) return textOfDecimal(value);
  if (value instanceof Timestamp) return textOfTimestamp(value);
  if (value instanceof Duration) return textOfDuration(value);
  if (value instanceof RecordValue) return value.id;
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, Value>)];
    return Object.fromEntries(entries.map(([name, item]) => [name, toJson(item)]));
  }
  return (value as readonly Value[]).map(toJson);
}
