/** Creating, changing and deleting records by the REST interface. */
import type { DataRecord } from "../../library/runtime";
import type { Json, JsonObject } from "../../model/types";
import type { Readable } from "../../shared/store";
import type { Client } from "./client";
import { done, type Outcome, refused } from "./outcome";
import type { Queries } from "./queries";
import { fieldOf, type Schema } from "./schema";
import { readRecord, referenceId } from "./wire";

export class Writes {
  readonly #client: Client;
  readonly #schema: Readable<Schema>;
  readonly #queries: Queries;

  constructor(client: Client, schema: Readable<Schema>, queries: Queries) {
    this.#client = client;
    this.#schema = schema;
    this.#queries = queries;
  }

  /** Creates a record once, however often the request has to be sent: `key` names the intention. */
  async create(model: string, values: JsonObject, key: string = newKey()): Promise<Outcome<DataRecord>> {
    const address = this.#address(model);
    if (address === null) return missing();
    const headers = { "Idempotency-Key": key };
    return this.#record(model, await this.#client.send(address, { method: "POST", body: this.#sent(model, values), headers, isSafe: true }));
  }

  /** Changes fields of a record; with a version only if it still is the newest. */
  async update(model: string, id: string, values: JsonObject, version: number | null = null): Promise<Outcome<DataRecord>> {
    const address = this.#address(model, id);
    if (address === null) return missing();
    const headers: Record<string, string> = version === null || version === 0 ? {} : { "If-Match": `"${version}"` };
    return this.#record(model, await this.#client.send(address, { method: "PATCH", body: this.#sent(model, values), headers }));
  }

  async remove(model: string, id: string): Promise<Outcome<null>> {
    const address = this.#address(model, id);
    if (address === null) return missing();
    const outcome = await this.#client.send(address, { method: "DELETE" });
    if (!outcome.ok) return outcome;
    this.#queries.invalidate(new Set([model]));
    return done(null);
  }

  async read(model: string, id: string, expand: readonly string[] = [], signal?: AbortSignal): Promise<Outcome<DataRecord>> {
    const address = this.#address(model, id);
    if (address === null) return missing();
    const query = expand.length === 0 ? "" : `?expand=${expand.map(encodeURIComponent).join(",")}`;
    return toRecord(await this.#client.send(address + query, signal === undefined ? {} : { signal }), model);
  }

  #record(model: string, outcome: Outcome<Json>): Outcome<DataRecord> {
    const record = toRecord(outcome, model);
    // The feed tells of it too; whoever wrote sees it even while the feed is away.
    if (record.ok) this.#queries.invalidate(new Set([model]));
    return record;
  }

  #address(model: string, id?: string): string | null {
    const name = this.#schema.get().models.get(model)?.name;
    if (name === undefined) return null;
    return `api/${encodeURIComponent(name)}${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
  }

  // Controls give texts: what is no text by its field's type becomes what the server takes.
  #sent(model: string, values: JsonObject): JsonObject {
    const info = this.#schema.get().models.get(model);
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toWire(referenceId(value), fieldOf(info, name)?.type ?? "")]));
  }
}

function toWire(value: Json, type: string): Json {
  if (value === "") return null;
  if (type === "Integer" && typeof value === "string" && /^\s*[+-]?\d+\s*$/u.test(value)) return Number(value);
  if (type === "Decimal" && typeof value === "number") return String(value);
  if (type === "Decimal" && typeof value === "string") return value.trim();
  return value;
}

function toRecord(outcome: Outcome<Json>, model: string): Outcome<DataRecord> {
  if (!outcome.ok) return outcome;
  const record = readRecord(outcome.value, model);
  return record === null ? refused({ code: "answer", message: "The server's answer was not understood." }) : done(record);
}

function missing(): Outcome<never> {
  return refused({ code: "model_missing", message: "The data model is not finished yet." });
}

/** A key for one intention: 128 random bits, also where the page is no secure context. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
