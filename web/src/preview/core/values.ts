/**
 * Expressions over whole models, which only the server can answer: asked for in batches.
 *
 * What a page asks within one turn of the event loop goes in one request for each context.
 */
import type { Json, JsonObject } from "../../model/types";
import { isObject } from "../../model/value";
import type { Client } from "./client";
import { readError } from "./client";
import { done, type Outcome, refused } from "./outcome";

interface Item {
  readonly node: string;
  readonly path: readonly string[];
}

interface Waiting {
  readonly item: Item;
  readonly settle: (outcome: Outcome<Json>) => void;
}

/** Expressions in one request; the server refuses more. */
const ITEMS_MAX = 100;

export class ServerValues {
  readonly #client: Client;
  readonly #waiting = new Map<string, Waiting[]>();
  #isScheduled = false;

  constructor(client: Client) {
    this.#client = client;
  }

  load(item: Item, context: JsonObject): Promise<Outcome<Json>> {
    return new Promise((settle) => {
      const key = JSON.stringify(context);
      const batch = this.#waiting.get(key) ?? [];
      this.#waiting.set(key, batch);
      batch.push({ item, settle });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      setTimeout(() => this.#flush(), 0);
    });
  }

  #flush(): void {
    this.#isScheduled = false;
    const batches = [...this.#waiting];
    this.#waiting.clear();
    for (const [key, waiting] of batches) {
      const context = JSON.parse(key) as JsonObject;
      for (let at = 0; at < waiting.length; at += ITEMS_MAX) void this.#send(waiting.slice(at, at + ITEMS_MAX), context);
    }
  }

  async #send(waiting: readonly Waiting[], context: JsonObject): Promise<void> {
    const items = waiting.map(({ item }) => ({ node: item.node, path: item.path }));
    const outcome = await this.#client.ask("values", { items, context });
    const values = outcome.ok && isObject(outcome.value) && Array.isArray(outcome.value.values) ? outcome.value.values : [];
    for (const [index, { settle }] of waiting.entries()) {
      if (!outcome.ok) settle(outcome);
      else settle(readValue(values[index]));
    }
  }
}

function readValue(answer: Json | undefined): Outcome<Json> {
  if (isObject(answer) && answer.error === undefined && answer.value !== undefined) return done(answer.value);
  // A fault of an expression is no fault of the line: it is not asked again by itself.
  return refused(readError(isObject(answer) ? answer.error : undefined), 422);
}
