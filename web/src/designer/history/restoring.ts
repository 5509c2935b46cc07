/**
 * What restoring a revision does to data models and their records, said before it is done.
 *
 * It is told from the models of now and of then, by the same words as any other change of a model.
 */
import { newId } from "../../model/identifiers";
import { nodeLabel } from "../../model/labels";
import { type Registry, typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { LiveNode } from "../../model/types";
import { api, explain } from "../../shared/api";
import type { Desk } from "../desk";
import { changesOf, removalOf, wordsOf } from "../models/changes";
import { type Change, dataEffect } from "../models/impact";
import { countRecords } from "../models/records";
import type { Outside } from "../undo/history";

/** One thing that happens to a data model, and what becomes of its records. */
export interface ModelEffect {
  readonly title: string;
  readonly effect: string;
}

/** A change of one data model of now. */
export interface ModelChange {
  readonly model: string;
  readonly change: Change;
}

/** A new name for a request: sent again with it, it is done once. */
export function newKey(): string {
  return `${newId()}${newId()}`;
}

/**
 * A restoring as a step of undo: the server takes its revision back and leaves what came after it.
 *
 * What takes it back is a revision too, and is taken back in turn.
 */
export function restoration(desk: Desk, revision: number, words: string, verb: "Undid" | "Redid" = "Undid"): Outside {
  return {
    words,
    take: async () => {
      try {
        const { revision: next, conflicts } = await api.revertRevision(desk.room, revision);
        desk.connection.tell(`${verb}: ${words}`, conflicts.length === 0 ? "" : "What somebody else has worked in since was left as it is.");
        return restoration(desk, next, words, verb === "Undid" ? "Redid" : "Undid");
      } catch (error) {
        desk.connection.tell("Nothing was undone", explain(error));
        throw error;
      }
    },
  };
}

/** What restoring changes in the data models and fields that are there now. */
export function modelChanges(now: Snapshot, past: Snapshot): readonly ModelChange[] {
  const found: ModelChange[] = [];
  for (const model of liveOf(now, "DataModel")) {
    if (!past.isLive(model.id)) {
      found.push(...removalOf(now, [model.id]).map((change) => ({ model: model.id, change })));
      continue;
    }
    const fields = now.children(model.id, "fields");
    const gone = fields.filter(({ id }) => !past.isLive(id)).map(({ id }) => id);
    if (gone.length > 0) found.push({ model: model.id, change: { kind: "removeFields", fields: gone } });
    for (const field of fields) {
      const then = past.isLive(field.id) ? past.node(field.id) : undefined;
      if (then !== undefined) found.push(...changesOf(field, then.props).map((change) => ({ model: model.id, change })));
    }
  }
  return found;
}

/** Data models and fields that are there again; a field within such a model is not told apart. */
export function comingBack(now: Snapshot, past: Snapshot): readonly LiveNode[] {
  const models = liveOf(past, "DataModel").filter(({ id }) => !now.isLive(id));
  const fields = liveOf(past, "Field").filter(({ id, place }) => !now.isLive(id) && now.isLive(place?.[0] ?? ""));
  return [...models, ...fields];
}

/** All of it in words; asks the preview how many records there are. */
export async function effectsOf(room: string, registry: Registry, now: Snapshot, past: Snapshot): Promise<readonly ModelEffect[]> {
  const changes = modelChanges(now, past);
  const models = [...new Set(changes.map(({ model }) => model))];
  const counts = new Map(await Promise.all(models.map(async (model) => [model, await countRecords(room, now.node(model))] as const)));
  const lost = changes.map(({ model, change }) => {
    const node = now.node(model);
    const name = node === undefined ? "" : nodeLabel(node, registry, now);
    const title = wordsOf(now, [change]).title.replace(/\?$/u, "");
    return { title: change.kind === "removeModel" ? title : `${name}: ${title}`, effect: dataEffect(now, change, counts.get(model) ?? null) };
  });
  const back = comingBack(now, past).map((node) => {
    const model = past.node(node.place?.[0] ?? "");
    const name = nodeLabel(node, registry, past);
    const title = model === undefined ? `Bring back ${name}` : `${nodeLabel(model, registry, past)}: Bring back ${name}`;
    return { title, effect: `Its ${model === undefined ? "records" : "values"} in the preview, which were hidden, are there again.` };
  });
  return [...lost, ...back];
}

function liveOf(snapshot: Snapshot, type: string): readonly LiveNode[] {
  return [...snapshot.nodes.values()].filter((node) => typeName(node.type) === type && snapshot.isLive(node.id));
}
