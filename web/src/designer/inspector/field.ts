/** One place in the properties of what is selected, as the editors of the inspector take it. */
import { createContext, useContext } from "react";

import type { PropPath } from "../../model/editor";
import type { Snapshot } from "../../model/snapshot";
import { isObject } from "../../model/value";
import { type Json, type JsonObject, type LiveNode, type Problem, ROOT, type Schema } from "../../model/types";
import { useSelect } from "../../shared/store";
import { type Desk, useDesk } from "../desk";
import { type Common, commonAt } from "./logic/mixed";
import { sameJson, valueAt } from "./logic/paths";
import type { Writer } from "./writer";

/** What a field is told by what it stands in; its value it reads itself. */
export interface PlaceProps {
  readonly name: string;
  readonly path: PropPath;
  readonly schema: Schema;
  readonly isRequired?: boolean;
  /** An entry of a map or list is removed as a whole, so its value has no reset of its own. */
  readonly isEntry?: boolean;
}

export interface FieldProps extends PlaceProps {
  readonly value: Json | undefined;
}

/** What the whole inspector is about. */
export interface Subject {
  /** The primary node; one object for as long as it is selected, whose members are always the newest. */
  readonly owner: LiveNode;
  /** All nodes that are edited, the primary one last. */
  readonly ids: readonly string[];
  readonly writer: Writer;
  readonly isReadOnly: boolean;
  /** Whether the node is something that runs: only there do expressions have values to work on. */
  readonly isBindable: boolean;
  /** Where the fields stand: a node may be edited in the inspector and in a card at once. */
  readonly place: "inspector" | "card";
}

export const SubjectContext = createContext<Subject | null>(null);

export function useSubject(): Subject {
  const subject = useContext(SubjectContext);
  if (subject === null) throw new Error("a field was rendered outside the inspector");
  return subject;
}

export function useWriter(): Writer {
  return useSubject().writer;
}

/** The application or a node under its id, as one object that does not change when its properties do. */
export function liveNode(desk: Desk, id: string): LiveNode {
  return {
    id,
    get type() {
      return id === ROOT ? "Application@1" : (desk.snapshot.node(id)?.type ?? "");
    },
    get place() {
      return desk.snapshot.node(id)?.place ?? null;
    },
    get props() {
      return propsOf(desk.snapshot, id);
    },
  };
}

export function propsOf(snapshot: Snapshot, id: string): JsonObject {
  return id === ROOT ? snapshot.application : (snapshot.node(id)?.props ?? NO_PROPS);
}

const NO_PROPS: JsonObject = {};

/** A part of the primary node's properties; the component is drawn anew only when that part changed. */
export function useValue(path: PropPath): Json | undefined {
  const { owner } = useSubject();
  const { connection } = useDesk();
  return useSelect(connection.model.snapshots, (snapshot) => valueAt(propsOf(snapshot, owner.id), path), sameJson);
}

/** The value at a path of all edited nodes, or that they differ. */
export function useCommon(path: PropPath): Common {
  const { ids } = useSubject();
  const { connection } = useDesk();
  return useSelect(
    connection.model.snapshots,
    (snapshot) => {
      const [only] = ids;
      if (ids.length === 1 && only !== undefined) return { value: valueAt(propsOf(snapshot, only), path), isMixed: false };
      return commonAt(ids.flatMap((id) => snapshot.node(id) ?? []), path);
    },
    (a, b) => a.isMixed === b.isMixed && sameJson(a.value, b.value),
  );
}

/** Something told from the whole model, kept as long as it says the same. */
export function useModel<T extends Json | undefined>(select: (snapshot: Snapshot) => T): T {
  return useSelect(useDesk().connection.model.snapshots, select, sameJson);
}

/** The id under which an editor's control is found by its label. */
export function controlId({ owner, place }: Subject, path: PropPath): string {
  return `${place}-${[owner.id, ...path].join("-")}`;
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
