/** What could not be computed or shown, by place, for the list of problems. */
import type { AppError } from "../../library/runtime";
import { Store } from "../../shared/store";

export interface Problem {
  readonly node: string;
  readonly path: readonly string[];
  readonly error: AppError;
}

const PROBLEMS_MAX = 500;

export class Problems {
  readonly list = new Store<readonly Problem[]>([]);
  readonly #found = new Map<string, Problem>();
  #isScheduled = false;

  /** Says what is wrong at a place now; null: nothing any more. */
  report(node: string, path: readonly string[], error: AppError | null): void {
    const key = `${node}|${path.join("/")}`;
    if (error === null ? !this.#found.delete(key) : this.#found.get(key)?.error.message === error.message) return;
    if (error !== null && this.#found.size < PROBLEMS_MAX) this.#found.set(key, { node, path, error });
    // Reports come while something is computed, perhaps within React's rendering: tell later.
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.list.set([...this.#found.values()]);
    });
  }

  clear(): void {
    this.#found.clear();
    this.list.set([]);
  }
}
