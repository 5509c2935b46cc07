/** The server's stateless messages, read without trust. */
import type { Json, JsonObject, Problem } from "../model/types";
import { isObject } from "../model/value";
import { type LockState, readLocks } from "./locks/state";

/** What came of something that was asked of a lock; `id` is that of the question. */
export interface LockAnswer {
  readonly id: number;
  readonly component: string;
  readonly standing: string;
  readonly code: string;
  readonly reason: string;
}

export type ServerMessage =
  | { readonly type: "refused"; readonly code: string; readonly reason: string; readonly nodes: readonly string[]; readonly path: readonly string[] }
  | { readonly type: "lost"; readonly texts: readonly string[] }
  | { readonly type: "problems"; readonly revision: number; readonly problems: readonly Problem[] }
  | { readonly type: "revision"; readonly revision: number }
  | ({ readonly type: "lock" } & LockAnswer)
  | { readonly type: "locks"; readonly state: LockState }
  | { readonly type: "readonly"; readonly code: string; readonly reason: string };

/** The message, or null for one that this version does not know. */
export function readMessage(payload: string): ServerMessage | null {
  let data: unknown;
  try {
    data = JSON.parse(payload);
  } catch {
    return null;
  }
  if (!isObject(data)) return null;
  switch (data.type) {
    case "refused":
      return { type: "refused", code: text(data.code), reason: reasonOf(data), nodes: texts(data.nodes), path: texts(data.path) };
    case "lost":
      return { type: "lost", texts: lostTexts(data.texts) };
    case "problems":
      return { type: "problems", revision: count(data.revision), problems: problems(data.problems) };
    case "revision":
      return { type: "revision", revision: count(data.revision) };
    case "lock":
      return { type: "lock", id: count(data.id), component: text(data.component), standing: text(data.standing), code: text(data.code), reason: text(data.reason) };
    case "locks":
      return { type: "locks", state: readLocks(data) };
    case "readonly":
      return { type: "readonly", code: text(data.code), reason: text(data.reason) };
    default:
      return null;
  }
}

/** The server speaks of nodes, as the documents do; in the designer they are elements. */
const REASONS: Readonly<Record<string, string>> = {
  check_cycle: "an element cannot stand inside itself, nor in anything that stands in it",
};

function reasonOf({ code, reason }: JsonObject): string {
  return REASONS[text(code)] ?? text(reason);
}

function problems(value: Json | undefined): readonly Problem[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((problem: JsonObject) => ({
    node: text(problem.node),
    path: Array.isArray(problem.path) ? problem.path.filter((step) => typeof step === "string" || typeof step === "number") : [],
    code: text(problem.code),
    message: text(problem.message),
    severity: text(problem.severity),
  }));
}

// A lost text may come as the text itself or with the place that it was typed at.
function lostTexts(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: Json) => (isObject(item) ? text(item.text) : text(item))).filter((item) => item !== "");
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map((item: Json) => String(item)) : [];
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function count(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
