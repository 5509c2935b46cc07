/**
 * Answers of the server by question: asked once, kept while they hold, asked again when they do not.
 *
 * A question names the data models that its answer depends on. When records of one change, answers
 * that somebody watches are asked for again at once while the old ones stay; the others are asked
 * for when they are next watched. One question is never asked twice at the same time: what changes
 * meanwhile makes one more request after it.
 */
import type { AppError } from "../../library/runtime";
import type { Readable } from "../../shared/store";
import type { Outcome } from "./outcome";
import { share } from "./same";

export interface Loaded<T> {
  readonly state: "pending" | "ready" | "failed";
  readonly isRefreshing: boolean;
  /** The last answer, which stays while a newer one is on its way or could not be had. */
  readonly value: T | null;
  readonly error: AppError | null;
}

export interface Question<T> {
  /** Two questions with one key are the same question. */
  readonly key: string;
  /** Ids of data models whose records the answer depends on; null: it may depend on any. */
  readonly models: ReadonlySet<string> | null;
  readonly load: (signal: AbortSignal) => Promise<Outcome<T>>;
}

/** Answers kept that nobody looks at: going back to a page shows it at once. */
const IDLE_ANSWERS_MAX = 200;

export class Queries {
  readonly #answers = new Map<string, Answer<unknown>>();

  ask<T>(question: Question<T>): Readable<Loaded<T>> {
    const known = this.#answers.get(question.key) as Answer<T> | undefined;
    if (known !== undefined) return known;
    const answer = new Answer<T>(question);
    this.#answers.set(question.key, answer as Answer<unknown>);
    this.#trim();
    return answer;
  }

  /** Puts in what is known already, to be confirmed by the server when it is looked at. */
  prime<T>(question: Question<T>, value: T): void {
    (this.ask(question) as Answer<T>).prime(value);
  }

  /** Says that records of these data models changed; null: any may have. */
  invalidate(models: ReadonlySet<string> | null): void {
    for (const answer of [...this.#answers.values()]) {
      if (models === null || answer.dependsOn(models)) answer.invalidate();
    }
  }

  /**
   * Says that what can be asked may be another now: first the question `key` is asked again, and
   * the others once its answer has been heard, since by then they may be other questions.
   */
  async renew(key: string): Promise<void> {
    await this.#answers.get(key)?.renew();
    // Whoever draws what was answered has its turn first.
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const [name, answer] of [...this.#answers]) if (name !== key) answer.invalidate();
  }

  /** Resolves once the question `key` is not being asked: at once where it is not. */
  settled(key: string): Promise<void> {
    return this.#answers.get(key)?.landing ?? Promise.resolve();
  }

  /** Asks failed questions again: the server is back. */
  retry(): void {
    for (const answer of [...this.#answers.values()]) if (answer.get().state === "failed") answer.invalidate();
  }

  /** Forgets everything: what was answered was for another role. Watched questions are asked anew. */
  clear(): void {
    const answers = [...this.#answers];
    // All are emptied before anybody hears of it: whoever reads two must not see one of the former.
    for (const [, answer] of answers) answer.empty();
    for (const [key, answer] of answers) {
      if (answer.isWatched) answer.restart();
      else this.#answers.delete(key);
    }
  }

  get size(): number {
    return this.#answers.size;
  }

  #trim(): void {
    if (this.#answers.size <= IDLE_ANSWERS_MAX) return;
    // The map is in the order of asking, so the oldest go first.
    for (const [key, answer] of this.#answers) {
      if (this.#answers.size <= IDLE_ANSWERS_MAX) return;
      if (!answer.isWatched) this.#answers.delete(key);
    }
  }
}

const PENDING: Loaded<never> = { state: "pending", isRefreshing: false, value: null, error: null };

class Answer<T> implements Readable<Loaded<T>> {
  readonly #models: ReadonlySet<string> | null;
  readonly #load: Question<T>["load"];
  readonly #listeners = new Set<() => void>();
  #value: Loaded<T> = PENDING;
  #isFresh = false;
  #flight: AbortController | null = null;
  #landing: Promise<void> = Promise.resolve();

  constructor({ models, load }: Question<T>) {
    this.#models = models;
    this.#load = load;
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  dependsOn(models: ReadonlySet<string>): boolean {
    if (this.#models === null) return true;
    for (const model of this.#models) if (models.has(model)) return true;
    return false;
  }

  readonly get = (): Loaded<T> => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#isFresh && this.#flight === null) void this.#refresh();
    return () => {
      this.#listeners.delete(listener);
      // React lets go and takes hold again within one turn; only who stays away is not served.
      queueMicrotask(() => {
        if (!this.isWatched) this.#abort();
      });
    };
  };

  /** When the last asking has come to its end. */
  get landing(): Promise<void> {
    return this.#landing;
  }

  prime(value: T): void {
    this.#isFresh = false;
    this.#set({ state: "ready", isRefreshing: false, value, error: null });
  }

  invalidate(): void {
    this.#isFresh = false;
    if (this.isWatched && this.#flight === null) void this.#refresh();
  }

  /** Asks again, and resolves when the answer has come. */
  async renew(): Promise<void> {
    this.#isFresh = false;
    if (!this.isWatched) return;
    // What is under way may have been read before.
    this.#abort();
    await this.#refresh();
  }

  empty(): void {
    this.#abort();
    this.#isFresh = false;
    this.#value = PENDING;
  }

  restart(): void {
    for (const listener of [...this.#listeners]) listener();
    if (this.isWatched && this.#flight === null) void this.#refresh();
  }

  #abort(): void {
    this.#flight?.abort();
    this.#flight = null;
  }

  #refresh(): Promise<void> {
    this.#landing = this.#fly();
    return this.#landing;
  }

  async #fly(): Promise<void> {
    const flight = new AbortController();
    this.#flight = flight;
    this.#isFresh = true;
    const { value } = this.#value;
    if (value !== null) this.#set({ ...this.#value, isRefreshing: true });
    const outcome = await this.#load(flight.signal);
    // Whoever gave up meanwhile has taken the flight away; the next watcher asks again.
    if (this.#flight !== flight) {
      this.#isFresh = false;
      return;
    }
    this.#flight = null;
    if (outcome.ok) {
      this.#set({ state: "ready", isRefreshing: false, value: share(this.#value.value, outcome.value), error: null });
    } else {
      // An answer that was there is better than none: only a refusal, not a lost line, takes it away.
      const isKept = this.#value.value !== null && (outcome.status === 0 || outcome.status >= 500);
      const state = isKept ? this.#value.state : "failed";
      this.#set({ state, isRefreshing: false, value: isKept ? this.#value.value : null, error: outcome.error });
      if (isKept) this.#isFresh = false;
    }
    if (!this.#isFresh && this.isWatched && outcome.ok) void this.#refresh();
  }

  #set(value: Loaded<T>): void {
    if (share(this.#value, value) === this.#value) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }
}
