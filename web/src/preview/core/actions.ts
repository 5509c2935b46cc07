/** Actions of events: one after the other, the first failure stops and is shown. */
import type { RecordController, Scope } from "../../library/runtime";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isObject, isReference, listEntries, toText } from "../../model/value";
import { type Readable, Store } from "../../shared/store";
import type { Client } from "./client";
import { Computed } from "./computed";
import { type Evaluation, valueAt } from "./evaluation";
import type { Level, Messages } from "./messages";
import type { Outcome, Refusal } from "./outcome";
import { EditedRecord } from "./record";
import { fieldOf, type Schema } from "./schema";
import type { Variables } from "./variables";
import { referenceId } from "./wire";
import type { Writes } from "./writes";

export interface ActionsParts {
  readonly client: Client;
  readonly evaluation: Evaluation;
  readonly messages: Messages;
  readonly schema: Readable<Schema>;
  readonly snapshots: Readable<Snapshot>;
  readonly variables: Variables;
  readonly writes: Writes;
  readonly navigate: (path: string) => void;
  readonly setOpen: (dialog: string, isOpen: boolean) => void;
  readonly closeAll: () => void;
}

/** Where an action stands, and what its expressions see. */
interface Place {
  readonly node: string;
  readonly path: readonly string[];
  readonly scope: Scope;
}

/** `null`: done; otherwise why not. */
type Failure = Refusal | null;

const LEVELS: ReadonlySet<string> = new Set(["info", "success", "warning", "error"]);

export class Actions {
  readonly #parts: ActionsParts;
  readonly #running = new Store<ReadonlyMap<string, number>>(new Map());
  readonly #busy = new Map<string, Readable<boolean>>();

  constructor(parts: ActionsParts) {
    this.#parts = parts;
  }

  /** Performs the list of actions at a path of a node's properties; false after a failure or a no. */
  async perform(node: LiveNode, path: readonly string[], scope: Scope): Promise<boolean> {
    const actions = listEntries(valueAt(node.props, path));
    if (actions.length === 0) return true;
    this.#count(node.id, 1);
    try {
      for (const [entry, action] of actions) {
        if (!(await this.#step(action, { node: node.id, path: [...path, entry], scope }))) return false;
      }
      return true;
    } finally {
      this.#count(node.id, -1);
    }
  }

  isBusy(node: string): Readable<boolean> {
    const known = this.#busy.get(node) ?? new Computed<boolean>((track) => track(this.#running, (running) => running.has(node)));
    this.#busy.set(node, known);
    return known;
  }

  #count(node: string, change: number): void {
    const running = new Map(this.#running.get());
    const count = (running.get(node) ?? 0) + change;
    if (count > 0) running.set(node, count);
    else running.delete(node);
    this.#running.set(running);
  }

  async #step(action: JsonObject, place: Place): Promise<boolean> {
    if (action.when !== undefined && action.when !== null) {
      const when = await this.#take(action, "when", place);
      if (!when.ok) return this.#stop(when);
      if (when.value !== true) return true;
    }
    if (action.confirm !== undefined && action.confirm !== null && action.confirm !== "") {
      const question = await this.#take(action, "confirm", place);
      if (!question.ok) return this.#stop(question);
      if (!(await this.#parts.messages.confirm(toText(question.value)))) return false;
    }
    const failure = await this.#do(action, place);
    return failure === null ? true : this.#stop(failure);
  }

  #do(action: JsonObject, place: Place): Promise<Failure> | Failure {
    switch (action.action) {
      case "navigate":
        return this.#with(action, "to", place, (to) => this.#parts.navigate(toText(to)));
      case "openDialog":
        if (isReference(action.dialog)) this.#parts.setOpen(action.dialog.ref, true);
        return null;
      case "closeDialog":
        if (isReference(action.dialog)) this.#parts.setOpen(action.dialog.ref, false);
        else this.#parts.closeAll();
        return null;
      case "setVariable":
        return this.#with(action, "value", place, (value) => this.#parts.variables.set(place.scope.page, toText(action.variable), value));
      case "showMessage":
        return this.#with(action, "message", place, (text) => this.#parts.messages.show(toText(text), levelOf(action)));
      case "createRecord":
        return this.#create(action, place);
      case "updateRecord":
        return this.#update(action, place);
      case "deleteRecord":
        return this.#delete(action, place);
      case "runWorkflow":
        return this.#run(action, place);
      default:
        return failure("action_unknown", "This action is not known here.");
    }
  }

  async #with(action: JsonObject, name: string, place: Place, take: (value: Json) => void): Promise<Failure> {
    const outcome = await this.#take(action, name, place);
    if (!outcome.ok) return outcome;
    take(outcome.value);
    return null;
  }

  async #create(action: JsonObject, place: Place): Promise<Failure> {
    const values = await this.#values(action, "values", place);
    if (!values.ok) return values;
    const outcome = await this.#parts.writes.create(modelOf(action), values.value);
    return outcome.ok ? null : outcome;
  }

  async #update(action: JsonObject, place: Place): Promise<Failure> {
    const [id, values] = [await this.#id(action, place), await this.#values(action, "values", place)];
    if (!id.ok) return id;
    if (!values.ok) return values;
    const outcome = await this.#parts.writes.update(modelOf(action), id.value, values.value);
    if (outcome.ok) return null;
    // What is wrong with the page's own record is said at its fields as well.
    const { record } = place.scope;
    if (isShown(record, id.value)) record.takeErrors(outcome.fields);
    return outcome;
  }

  async #delete(action: JsonObject, place: Place): Promise<Failure> {
    const id = await this.#id(action, place);
    if (!id.ok) return id;
    const outcome = await this.#parts.writes.remove(modelOf(action), id.value);
    return outcome.ok ? null : outcome;
  }

  async #run(action: JsonObject, place: Place): Promise<Failure> {
    if (!isReference(action.workflow)) return failure("workflow_missing", "No workflow is chosen for this action yet.");
    const input = await this.#values(action, "input", place);
    if (!input.ok) return input;
    const outcome = await this.#parts.client.send("player/run", { method: "POST", body: { workflow: action.workflow.ref, input: input.value } });
    return outcome.ok ? null : outcome;
  }

  #take(action: JsonObject, name: string, place: Place): Promise<Outcome<Json>> {
    return this.#parts.evaluation.resolve(action[name], place.node, [...place.path, name], place.scope);
  }

  async #id(action: JsonObject, place: Place): Promise<{ readonly ok: true; readonly value: string } | ({ readonly ok: false } & Refusal)> {
    const outcome = await this.#take(action, "record", place);
    if (!outcome.ok) return outcome;
    const id = toText(referenceId(outcome.value));
    if (id !== "" && id !== "new") return { ok: true, value: id };
    return { ok: false, ...failure("record_missing", "Save the record first.") };
  }

  async #values(action: JsonObject, name: string, place: Place): Promise<{ readonly ok: true; readonly value: JsonObject } | ({ readonly ok: false } & Refusal)> {
    const outcome = await this.#take(action, name, place);
    if (!outcome.ok) return outcome;
    return { ok: true, value: isObject(outcome.value) ? outcome.value : {} };
  }

  #stop(refusal: Refusal): false {
    const { error, fields } = refusal;
    const schema = this.#parts.schema.get();
    const titled = Object.entries(fields).map(([name, text]) => {
      const field = [...schema.models.values()].map((model) => fieldOf(model, name)).find((found) => found !== null);
      return `${field?.title ?? name}: ${text}`;
    });
    this.#parts.messages.show(titled.length > 0 ? titled.join(" ") : error.message, "error");
    return false;
  }
}

function isShown(record: RecordController | null, id: string): record is EditedRecord {
  return record instanceof EditedRecord && record.state.get().saved?.id === id;
}

function modelOf(action: JsonObject): string {
  return isReference(action.model) ? action.model.ref : "";
}

function levelOf(action: JsonObject): Level {
  return typeof action.level === "string" && LEVELS.has(action.level) ? (action.level as Level) : "info";
}

function failure(code: string, message: string): Refusal {
  return { error: { code, message }, status: 0, fields: {} };
}
