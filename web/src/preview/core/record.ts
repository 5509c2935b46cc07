/**
 * One record being looked at or edited.
 *
 * Drafts lie over what is saved. What somebody else saves meanwhile comes in underneath; where it
 * meets a draft the draft stays and the field says so, so that nobody overwrites what they have not
 * seen, and nobody loses what they typed.
 */
import type { AppError, DataRecord, ModelInfo, RecordController, RecordState, Resolved } from "../../library/runtime";
import type { Json, JsonObject } from "../../model/types";
import { isObject, toText } from "../../model/value";
import { type Readable, Store } from "../../shared/store";
import { Computed, settled } from "./computed";
import type { Refusal } from "./outcome";
import type { Loaded, Queries, Question } from "./queries";
import { NEW } from "./rows";
import { isSame } from "./same";
import type { Schema } from "./schema";
import { referenceId } from "./wire";
import { newKey, type Writes } from "./writes";

/** An answer of its own, so that a record that is not there differs from one that is not known. */
export interface Found {
  readonly record: DataRecord | null;
}

export interface RecordParts {
  readonly model: string;
  readonly schema: Readable<Schema>;
  /** The record's id: `new` means to create one, null that there is none. */
  readonly id: Readable<Resolved>;
  readonly question: (id: string) => Question<Found>;
  /** What a new record begins with. */
  readonly defaults: () => JsonObject;
  readonly queries: Queries;
  readonly writes: Writes;
  /** Told after each save; the page of a new record goes to its address. */
  readonly onSaved: (record: DataRecord, wasNew: boolean) => void;
}

interface Draft {
  readonly value: Json;
  /** What was saved when the draft was begun. */
  readonly base: Json;
}

interface Own {
  /** The id that these drafts are for: they do not go over to another record. */
  readonly id: string | null;
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly fieldErrors: Readonly<Record<string, string>>;
  readonly error: AppError | null;
  readonly isSaving: boolean;
  /** The record that came of `new`, where no address could take its id. */
  readonly created: string | null;
  readonly key: string;
}

const CONFLICT: AppError = {
  code: "record_conflict",
  message: "Somebody else changed this record meanwhile. Your entries are kept: look at the marked fields, then save again.",
};
const CONFLICT_STATUS = 412;

/** Attempts at saving over versions that others' changes to other fields have made. */
const SAVES_MAX = 3;

export class EditedRecord implements RecordController {
  readonly state: Readable<RecordState>;
  readonly #parts: RecordParts;
  readonly #own = new Store<Own>(blank(null));
  #saving: Promise<boolean> | null = null;

  constructor(parts: RecordParts) {
    this.#parts = parts;
    this.state = new Computed<RecordState>((track) => {
      const id = track(parts.id);
      // Who types before the page knows its record has typed for the one that comes.
      if (id.state === "pending") return { ...EMPTY, values: draftValues(this.#ownOf(null, track(this.#own))) };
      if (id.state === "failed") return { ...EMPTY, state: "failed", error: id.error };
      const name = idText(id.value);
      const own = this.#ownOf(name, track(this.#own));
      if (name === NEW && own.created === null) return draftedState(own, null, parts.defaults());
      if (name === "") return { ...EMPTY, state: "missing" };
      const answer = track<Loaded<Found>>(parts.queries.ask(parts.question(own.created ?? name)));
      if (answer.value === null) return { ...EMPTY, state: answer.state === "failed" ? "failed" : "pending", error: answer.error };
      if (answer.value.record === null) return { ...EMPTY, state: "missing" };
      return draftedState(own, answer.value.record, {});
    });
  }

  get model(): ModelInfo | null {
    return this.#parts.schema.get().models.get(this.#parts.model) ?? null;
  }

  readonly edit = (field: string, value: Json): void => {
    const own = this.#current();
    // A form that always creates begins anew with the first entry after it has created.
    const at = own.created !== null && own.id === NEW ? blank(NEW) : own;
    const saved = at === own ? this.#savedValue(field) : (this.#parts.defaults()[field] ?? null);
    const base = at.drafts[field]?.base ?? saved;
    const drafts = without(at.drafts, field);
    const fieldErrors = without(at.fieldErrors, field);
    const isChanged = !isSame(referenceId(value), referenceId(saved)) && !(isBlank(value) && isBlank(saved));
    this.#own.set({ ...at, drafts: isChanged ? { ...drafts, [field]: { value, base } } : drafts, fieldErrors });
  };

  readonly discard = (): void => this.#own.set(blank(this.#current().id));

  /** Makes room for the next record of a form that always creates. */
  startOver(): void {
    if (this.#current().created !== null) this.discard();
  }

  /** Shows what the server said of single fields, after an action has changed this record. */
  takeErrors(fieldErrors: Readonly<Record<string, string>>): void {
    this.#own.set({ ...this.#current(), fieldErrors });
  }

  readonly save = (): Promise<boolean> => {
    // Pressed twice it still saves once.
    this.#saving ??= this.#save().finally(() => {
      this.#saving = null;
    });
    return this.#saving;
  };

  async #save(): Promise<boolean> {
    const state = await settled(this.state, (now) => now.state !== "pending");
    if (state.state !== "ready") return false;
    if (!state.isNew && !state.isDirty) return true;
    this.#own.set({ ...this.#current(), isSaving: true, error: null, fieldErrors: {} });
    const own = this.#current();
    const outcome = state.isNew
      ? await this.#parts.writes.create(this.#parts.model, draftValues(own), own.key)
      : await this.#update(own, state.saved as DataRecord);
    if (!outcome.ok) return this.#refuse(outcome);
    this.#accept(outcome.value, own, state.isNew);
    return true;
  }

  async #update(own: Own, saved: DataRecord) {
    const { model, writes } = this.#parts;
    let outcome = await writes.update(model, saved.id, draftValues(own), saved.version);
    for (let attempt = 1; attempt < SAVES_MAX && !outcome.ok && isConflict(outcome); attempt += 1) {
      const fresh = await writes.read(model, saved.id);
      if (!fresh.ok) return fresh;
      this.#take(fresh.value);
      // A change of other fields, or of computed ones, is no conflict.
      if (Object.keys(conflicts(own, fresh.value.values)).length > 0) return outcome;
      outcome = await writes.update(model, saved.id, draftValues(own), fresh.value.version);
    }
    return outcome;
  }

  #refuse(refusal: Refusal): boolean {
    const hasFields = Object.keys(refusal.fields).length > 0;
    const error = isConflict(refusal) ? CONFLICT : hasFields && this.#knows(refusal.fields) ? null : refusal.error;
    // Without an answer the same attempt goes on under its key; after a refusal the next is another.
    const key = refusal.status === 0 ? this.#current().key : newKey();
    this.#own.set({ ...this.#current(), isSaving: false, error, fieldErrors: refusal.fields, key });
    return false;
  }

  #accept(record: DataRecord, sent: Own, wasNew: boolean): void {
    const own = this.#current();
    // What was typed while the answer was on its way stays a draft.
    const later = Object.entries(own.drafts).filter(([field, draft]) => !isSame(sent.drafts[field]?.value, draft.value));
    const drafts = Object.fromEntries(later.map(([field, draft]) => [field, { ...draft, base: record.values[field] ?? null }]));
    this.#take(record);
    this.#own.set({ ...blank(own.id), drafts, created: wasNew ? record.id : own.created });
    this.#parts.onSaved(record, wasNew);
  }

  /** Shows a record as the server has just given it; what its answer left out is kept. */
  #take(record: DataRecord): void {
    const { queries, question } = this.#parts;
    const asked = question(record.id);
    const before = queries.ask(asked).get().value?.record ?? null;
    queries.prime(asked, { record: { ...record, values: grafted(before?.values ?? {}, record.values) } });
    queries.invalidate(new Set([record.model]));
  }

  #current(): Own {
    const id = this.#parts.id.get();
    return this.#ownOf(id.state === "ready" ? idText(id.value) : null, this.#own.get());
  }

  #ownOf(id: string | null, own: Own): Own {
    if (own.id === null) return { ...own, id };
    return own.id === id ? own : blank(id);
  }

  #savedValue(field: string): Json {
    const { saved } = this.state.get();
    return (saved === null ? this.#parts.defaults()[field] : saved.values[field]) ?? null;
  }

  // An error of a field that no control shows has to be said somewhere.
  #knows(fields: Readonly<Record<string, string>>): boolean {
    return Object.keys(fields).every((name) => this.model?.fields.some((field) => field.name === name) === true);
  }
}

const EMPTY: RecordState = {
  state: "pending",
  isNew: false,
  isDirty: false,
  isSaving: false,
  saved: null,
  values: {},
  fieldErrors: {},
  error: null,
};

function blank(id: string | null): Own {
  return { id, drafts: {}, fieldErrors: {}, error: null, isSaving: false, created: null, key: newKey() };
}

function draftedState(own: Own, saved: DataRecord | null, defaults: JsonObject): RecordState {
  const values = saved?.values ?? defaults;
  return {
    state: "ready",
    isNew: saved === null,
    isDirty: Object.keys(own.drafts).length > 0,
    isSaving: own.isSaving,
    saved,
    values: { ...values, ...draftValues(own) },
    fieldErrors: { ...(saved === null ? {} : conflicts(own, saved.values)), ...own.fieldErrors },
    error: own.error,
  };
}

function draftValues(own: Own): JsonObject {
  return Object.fromEntries(Object.entries(own.drafts).map(([field, { value }]) => [field, value]));
}

/** Fields that somebody else has changed since their draft was begun, and to something else. */
function conflicts(own: Own, saved: JsonObject): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [field, { value, base }] of Object.entries(own.drafts)) {
    const now = referenceId(saved[field]);
    if (isSame(now, referenceId(base)) || isSame(now, referenceId(value))) continue;
    const shown = labelOf(saved[field]);
    found[field] = shown === "" ? "Somebody else has emptied this meanwhile. Saving replaces it." : `Somebody else has set this to “${shown}” meanwhile. Saving replaces it.`;
  }
  return found;
}

function labelOf(value: Json | undefined): string {
  if (!isObject(value)) return toText(value);
  return toText(value.name ?? value.title ?? value.id);
}

/** New values with what only a fuller answer holds: referred records and lists. */
function grafted(before: JsonObject, after: JsonObject): JsonObject {
  const values: Record<string, Json> = { ...after };
  for (const [name, value] of Object.entries(before)) {
    if (isObject(value) && typeof value.id === "string" && value.id === values[name]) values[name] = value;
    else if (Array.isArray(value) && values[name] === undefined) values[name] = value;
  }
  return values;
}

function isConflict({ status, error }: Refusal): boolean {
  return status === CONFLICT_STATUS || error.code === CONFLICT.code;
}

function isBlank(value: Json): boolean {
  return value === null || value === "";
}

function without<T>(members: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(members).filter(([key]) => key !== name));
}

function idText(value: Json): string {
  return toText(referenceId(value));
}
