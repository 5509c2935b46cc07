/**
 * The running application as a picture of itself: it shows data and does nothing.
 *
 * An edit is on the canvas at once and in the preview a moment later. What the preview cannot answer
 * meanwhile is answered as it was last, so that nothing blinks while somebody works.
 */
import type { AppError, AppRuntime, GroupsState, QueryState, Scope } from "../../library/runtime";
import type { LiveNode } from "../../model/types";
import { Computed, constant } from "../../preview/core/computed";
import { scopeKey } from "../../preview/core/scopes";
import type { Readable } from "../../shared/store";

/** Places whose last answer is kept. */
const PLACES_MAX = 300;

export function stillOf(player: AppRuntime): AppRuntime {
  const queries = new Lasting<QueryState>();
  const groups = new Lasting<GroupsState>();
  return {
    ...player,
    query: (node, scope, options) => queries.over(placeOf(node, scope), player.query(node, scope, options)),
    groups: (node, scope) => groups.over(placeOf(node, scope), player.groups(node, scope)),
    perform: () => Promise.resolve(true),
    performAt: () => Promise.resolve(true),
    isBusy: () => constant(false),
  };
}

interface Answered {
  readonly state: "pending" | "ready" | "failed";
  readonly error: AppError | null;
}

class Lasting<S extends Answered> {
  readonly #last = new Map<string, S>();
  readonly #over = new WeakMap<Readable<S>, Readable<S>>();

  over(place: string, source: Readable<S>): Readable<S> {
    const known = this.#over.get(source);
    if (known !== undefined) return known;
    const made = new Computed<S>((track) => {
      const state = track(source);
      if (state.state === "ready") this.#keep(place, state);
      const isPassing = state.state === "pending" || (state.state === "failed" && isPassingFault(state.error));
      return isPassing ? (this.#last.get(place) ?? state) : state;
    });
    this.#over.set(source, made);
    return made;
  }

  #keep(place: string, state: S): void {
    this.#last.set(place, state);
    const oldest = this.#last.keys().next().value;
    if (this.#last.size > PLACES_MAX && oldest !== undefined) this.#last.delete(oldest);
  }
}

/** Whether a failure says nothing about the design: the preview is behind it, or away. */
export function isPassingFault(error: AppError | null): boolean {
  if (error === null) return true;
  return !error.code.startsWith("expression_") && error.code !== "source_missing" && error.code !== "not_granted";
}

function placeOf(node: LiveNode, scope: Scope): string {
  return `${node.id}|${scopeKey(scope)}`;
}
