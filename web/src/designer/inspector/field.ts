/** One place in a node's properties, as the editors of the inspector take it. */
import { createContext, useContext } from "react";

import type { PropPath } from "../../model/editor";
import { isObject } from "../../model/value";
import type { Json, LiveNode, Problem, Schema } from "../../model/types";

export interface FieldProps {
  readonly name: string;
  readonly path: PropPath;
  readonly schema: Schema;
  readonly value: Json | undefined;
  /** The object that the property stands in: names of references may be looked up beside it. */
  readonly beside: Json | undefined;
  readonly isRequired?: boolean;
  /** An entry of a map or list is removed as a whole, so its value has no reset of its own. */
  readonly isEntry?: boolean;
}

/** What the whole inspector is about. */
export interface Subject {
  readonly owner: LiveNode;
  readonly isReadOnly: boolean;
  /** Whether the node is something that runs: only there do expressions have values to work on. */
  readonly isBindable: boolean;
}

export const SubjectContext = createContext<Subject | null>(null);

export function useSubject(): Subject {
  const subject = useContext(SubjectContext);
  if (subject === null) throw new Error("a field was rendered outside the inspector");
  return subject;
}

/** The id under which an editor's control is found by its label. */
export function controlId(owner: string, path: PropPath): string {
  return `field-${[owner, ...path].join("-")}`;
}

/** The problems of a property and of all that is in it, its own first. */
export function problemsAt(problems: readonly Problem[], node: string, path: PropPath): readonly Problem[] {
  return problems.filter((problem) => {
    if (problem.node !== node) return false;
    const steps = problem.path.map(String);
    const inProps = steps[0] === "props" ? steps.slice(1) : steps;
    return path.every((key, index) => inProps[index] === key);
  });
}

/** Whether there is anything to reset: a value of its own, or a container that is not empty. */
export function isSet(value: Json | undefined): boolean {
  if (value === undefined) return false;
  if (isObject(value)) return Object.keys(value).length > 0;
  return value !== "";
}
