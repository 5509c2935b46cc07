/** What the fields of a new record begin with. */
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject } from "../../model/types";
import { isExpression, toText } from "../../model/value";

/** The defaults that fields name as plain values; computed ones come from the server. */
export function defaultsOf(snapshot: Snapshot, model: string): JsonObject {
  const defaults: Record<string, Json> = {};
  for (const field of snapshot.children(model, "fields")) {
    const { name, default: value } = field.props;
    if (value !== undefined && value !== null && !isExpression(value)) defaults[toText(name)] = value;
  }
  return defaults;
}
