/** What one click can mend of a problem: taken out, put within its limits, or named as it is meant. */
import { candidates } from "../../../model/references";
import { referenceRule } from "../../../model/schema";
import type { Snapshot } from "../../../model/snapshot";
import { freeName } from "../../../model/starters";
import type { Json, LiveNode, Problem, Schema } from "../../../model/types";
import { isReference, toText } from "../../../model/value";
import type { PropPath } from "../../../model/editor";
import { valueAt } from "./paths";

export interface Fix {
  readonly title: string;
  readonly path: PropPath;
  /** Undefined takes the value out. */
  readonly value: Json | undefined;
}

/** The path of a problem within the props. */
export function stepsOf(problem: Problem): PropPath {
  const steps = problem.path.map(String);
  return steps[0] === "props" ? steps.slice(1) : steps;
}

export function fixFor(problem: Problem, owner: LiveNode, schema: Schema, snapshot: Snapshot): Fix | null {
  const path = stepsOf(problem);
  const value = valueAt(owner.props, path);
  if (value === undefined) return null;
  switch (problem.code) {
    case "unknown_property":
      return { title: "Remove", path, value: undefined };
    case "range":
      return rangeFix(path, value, schema);
    case "not_allowed":
      return nearestFix(path, value, (schema.enum ?? []).map(toText));
    case "duplicate_name":
      return duplicateFix(path, value, owner, snapshot);
    case "dangling_reference":
      return danglingFix(path, value, owner, schema, snapshot);
    default:
      return null;
  }
}

function rangeFix(path: PropPath, value: Json, { minimum, maximum, maxLength }: Schema): Fix | null {
  if (typeof value === "string" && maxLength !== undefined && [...value].length > maxLength) {
    return { title: `Shorten to ${maxLength} characters`, path, value: [...value].slice(0, maxLength).join("") };
  }
  if (typeof value !== "number") return null;
  const bound = minimum !== undefined && value < minimum ? minimum : maximum !== undefined && value > maximum ? maximum : null;
  return bound === null ? null : { title: `Set to ${bound}`, path, value: bound };
}

function nearestFix(path: PropPath, value: Json, names: readonly string[]): Fix | null {
  const name = nearest(toText(value), names);
  return name === null ? null : { title: `Use “${name}”`, path, value: name };
}

function duplicateFix(path: PropPath, value: Json, owner: LiveNode, snapshot: Snapshot): Fix | null {
  if (typeof value !== "string" || owner.place === null) return null;
  const siblings = snapshot.children(owner.place[0], owner.place[1]).filter(({ id }) => id !== owner.id);
  const name = freeName(value, new Set(siblings.map((node) => toText(node.props.name))));
  return { title: `Rename to “${name}”`, path, value: name };
}

function danglingFix(path: PropPath, value: Json, owner: LiveNode, schema: Schema, snapshot: Snapshot): Fix | null {
  const rule = referenceRule(schema);
  if (rule === null) return null;
  if (isReference(value)) return { title: "Take it out", path, value: undefined };
  const found = candidates(rule, owner, valueAt(owner.props, path.slice(0, -1)), snapshot);
  const name = nearest(toText(value), found.map((candidate) => candidate.name));
  const target = found.find((candidate) => candidate.name === name);
  return target === undefined ? null : { title: `Use “${target.name}”`, path, value: { ref: target.id } };
}

/** The name that was most likely meant, or null where none is near. */
export function nearest(name: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3) + 1);
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
