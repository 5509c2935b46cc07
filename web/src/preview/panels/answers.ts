/** What the panels ask the server, read without trust. */
import type { AppError } from "../../library/runtime";
import type { Json, JsonObject } from "../../model/types";
import { isObject, toText } from "../../model/value";
import { type Client, readError } from "../core/client";
import { done } from "../core/outcome";
import type { Question } from "../core/queries";
import { RUNS } from "../application";

/** A change of the design that would lose data, held back until somebody agrees. */
export interface Pending {
  readonly id: string;
  readonly node: string;
  readonly name: string;
  readonly message: string;
  readonly count: number;
  readonly examples: readonly Json[];
}

/** A part that cannot be used, as the server found it. */
export interface Fault {
  readonly node: string;
  readonly path: readonly string[];
  readonly error: AppError;
}

export interface DataState {
  readonly counts: Readonly<Record<string, number>>;
  readonly pending: readonly Pending[];
  readonly faults: readonly Fault[];
}

export interface Run {
  readonly id: string;
  readonly name: string;
  /** `waiting`, `running`, `succeeded`, `handled` or `failed`. */
  readonly status: string;
  readonly trigger: JsonObject;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly error: AppError | null;
}

export interface Attempt {
  readonly number: number;
  readonly status: string;
  readonly error: AppError | null;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly nextAt: string;
}

export interface Step {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly input: Json;
  readonly output: Json;
  readonly error: AppError | null;
  readonly isSimulated: boolean;
  readonly attempts: readonly Attempt[];
}

export interface RunDetail extends Run {
  readonly steps: readonly Step[];
}

const RUNS_PAGE = 20;

export function dataQuestion(client: Client): Question<DataState> {
  return {
    key: "data",
    models: null,
    load: async (signal) => {
      const outcome = await client.send("player/data", { signal });
      return outcome.ok ? done(readData(outcome.value)) : outcome;
    },
  };
}

export interface RunPage {
  readonly runs: readonly Run[];
  readonly hasMore: boolean;
}

export function runsQuestion(client: Client, pages: number): Question<RunPage> {
  const limit = Math.min(pages * RUNS_PAGE, 100);
  return {
    key: `runs|${limit}`,
    models: new Set([RUNS]),
    load: async (signal) => {
      const outcome = await client.send(`player/runs?limit=${limit}`, { signal });
      if (!outcome.ok) return outcome;
      const runs = objects(isObject(outcome.value) ? outcome.value.runs : undefined).map(readRun);
      return done({ runs, hasMore: runs.length === limit && limit < 100 });
    },
  };
}

export function runQuestion(client: Client, id: string): Question<RunDetail> {
  return {
    key: `run|${id}`,
    models: new Set([RUNS]),
    load: async (signal) => {
      const outcome = await client.send(`player/runs/${encodeURIComponent(id)}`, { signal });
      if (!outcome.ok) return outcome;
      const told = isObject(outcome.value) ? outcome.value : {};
      return done({ ...readRun(told), steps: objects(told.steps).map(readStep) });
    },
  };
}

export function readData(answer: Json): DataState {
  const told = isObject(answer) ? answer : {};
  const counts = Object.entries(isObject(told.counts) ? told.counts : {});
  return {
    counts: Object.fromEntries(counts.filter((pair): pair is [string, number] => typeof pair[1] === "number")),
    pending: objects(told.pending).map((item) => ({
      id: toText(item.id),
      node: toText(item.node),
      name: toText(item.name),
      message: toText(item.message),
      count: typeof item.count === "number" ? item.count : 0,
      examples: Array.isArray(item.examples) ? item.examples : [],
    })),
    faults: objects(told.faults).map((item) => ({
      node: toText(item.node),
      path: Array.isArray(item.path) ? item.path.map(toText) : [],
      error: readError(item),
    })),
  };
}

function readRun(told: JsonObject): Run {
  return {
    id: toText(told.id),
    name: toText(told.name),
    status: toText(told.status),
    trigger: isObject(told.trigger) ? told.trigger : {},
    startedAt: toText(told.startedAt),
    endedAt: toText(told.endedAt),
    error: isObject(told.error) ? readError(told.error) : null,
  };
}

function readStep(told: JsonObject): Step {
  return {
    id: toText(told.id),
    name: toText(told.name),
    type: toText(told.type),
    status: toText(told.status),
    startedAt: toText(told.startedAt),
    endedAt: toText(told.endedAt),
    input: told.input ?? null,
    output: told.output ?? null,
    error: isObject(told.error) ? readError(told.error) : null,
    isSimulated: told.simulated === true,
    attempts: objects(told.attempts).map((attempt) => ({
      number: typeof attempt.number === "number" ? attempt.number : 0,
      status: toText(attempt.status),
      error: isObject(attempt.error) ? readError(attempt.error) : null,
      startedAt: toText(attempt.startedAt),
      endedAt: toText(attempt.endedAt),
      nextAt: toText(attempt.nextAt),
    })),
  };
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
