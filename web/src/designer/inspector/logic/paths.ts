/** Reading and writing a value at a path of a node's properties, through objects and plain lists alike. */
import type { PropPath } from "../../../model/editor";
import type { Json, JsonObject } from "../../../model/types";
import { isExpression, isObject } from "../../../model/value";

export function valueAt(props: Json | undefined, path: PropPath): Json | undefined {
  let value = props;
  for (const key of path) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(key)];
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** How many keys lead to the first plain list on the way, or null: such a list is one register. */
export function plainListDepth(props: JsonObject, path: PropPath): number | null {
  let value: Json | undefined = props;
  for (const [depth, key] of path.entries()) {
    if (Array.isArray(value)) return depth;
    value = isObject(value) ? value[key] : undefined;
  }
  return null;
}

/** A copy with the value at a path replaced; undefined takes it out, an item of a list included. */
export function replaceAt(value: Json | undefined, path: PropPath, next: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (Array.isArray(value)) {
    const items = [...(value as readonly Json[])];
    const item = replaceAt(items[Number(key)], rest, next);
    if (item === undefined) items.splice(Number(key), 1);
    else items[Number(key)] = item;
    return items;
  }
  const object: JsonObject = isObject(value) && !isExpression(value) ? value : {};
  const member = replaceAt(object[key], rest, next);
  if (member !== undefined) return { ...object, [key]: member };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** Whether two values say the same; the order of members says nothing. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    const [left, right] = [a as readonly Json[], b as readonly Json[]];
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]));
}

export function samePath(a: PropPath, b: PropPath): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
