/** The expression engine, loaded when the first expression is looked at. */
import type { Snapshot } from "../../model/snapshot";
import { type Readable, Store } from "../../shared/store";
import type { Expressions } from "./expressions";

/** How long after a failed load the next is tried, in milliseconds. */
const RETRY_MS = 2000;

export function lazyExpressions(snapshots: Readable<Snapshot>): Readable<Expressions | null> {
  const store = new Store<Expressions | null>(null);
  let isAsked = false;
  const load = (): void => {
    import("./engine").then(
      ({ createExpressions }) => store.set(createExpressions(snapshots)),
      () => void setTimeout(load, RETRY_MS),
    );
  };
  return {
    get: () => {
      if (!isAsked) {
        isAsked = true;
        load();
      }
      return store.get();
    },
    subscribe: store.subscribe,
  };
}
