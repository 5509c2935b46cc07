/** Groups of records for charts, counted and summed by the server. */
import type { Group, GroupsState, Scope } from "../../library/runtime";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isObject, toText } from "../../model/value";
import type { Readable } from "../../shared/store";
import type { Client } from "./client";
import { Computed } from "./computed";
import { type Evaluation, modelsRead } from "./evaluation";
import { ungranted } from "./listing";
import { done } from "./outcome";
import type { Loaded, Queries } from "./queries";
import { modelsNear, type Schema } from "./schema";
import { contextOf, scopeKey } from "./scopes";
import { sourceOf } from "./sources";
import type { Variables } from "./variables";

export interface GroupsParts {
  readonly client: Client;
  readonly queries: Queries;
  readonly schema: Readable<Schema>;
  readonly variables: Variables;
  readonly evaluation: Evaluation;
}

const CELLS_MAX = 100;

export class Groups {
  readonly #parts: GroupsParts;
  readonly #cells = new Map<string, Readable<GroupsState>>();

  constructor(parts: GroupsParts) {
    this.#parts = parts;
  }

  of(node: LiveNode, scope: Scope): Readable<GroupsState> {
    const drawn = JSON.stringify(node.props.dataSource ?? null);
    const key = `${node.id}|${drawn}|${scopeKey(scope)}`;
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const { client, evaluation, queries, schema, variables } = this.#parts;
    const cell = new Computed<GroupsState>((track) => {
      const source = sourceOf(node);
      const all = track(schema);
      if (source === null || !all.models.has(source.model)) {
        const isChosen = source !== null && source.model !== "";
        const error = isChosen ? ungranted(all) : { code: "source_missing", message: "No data source is chosen yet." };
        return { state: "failed", groups: [], error };
      }
      const fault = evaluation.faultOf(source.filter, scope, source.model, track);
      if (fault !== null) return { state: "failed", groups: [], error: fault };
      const reading = evaluation.reading(source.filter, track);
      if (reading === "pending") return { state: "pending", groups: [], error: null };
      const context = { ...contextOf(scope, track(variables.of(scope.page)), reading), item: null };
      const models = new Set(modelsNear(all, source.model, 1));
      if (reading !== null) for (const id of modelsRead(reading, all, scope)) models.add(id);
      const answer = track<Loaded<readonly Group[]>>(queries.ask({
        key: `groups|${node.id}|${drawn}|${JSON.stringify(context)}`,
        models,
        load: async (signal) => {
          const outcome = await client.ask("groups", { node: node.id, context }, signal);
          return outcome.ok ? done(readGroups(outcome.value)) : outcome;
        },
      }));
      if (answer.value !== null) return { state: "ready", groups: answer.value, error: null };
      return { state: answer.error === null ? "pending" : "failed", groups: [], error: answer.error };
    });
    this.#cells.set(key, cell);
    const oldest = this.#cells.keys().next().value;
    if (this.#cells.size > CELLS_MAX && oldest !== undefined) this.#cells.delete(oldest);
    return cell;
  }
}

function readGroups(answer: Json): readonly Group[] {
  const groups = isObject(answer) && Array.isArray(answer.groups) ? answer.groups : [];
  return groups.filter(isObject).map((group: JsonObject) => {
    const { key, label, value } = group;
    const isNumber = typeof value === "number" || typeof value === "string";
    return { key: key ?? null, label: toText(label) || toText(key) || "–", value: isNumber ? value : 0 };
  });
}
