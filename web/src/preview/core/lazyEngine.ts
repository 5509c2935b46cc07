/** The expression engine, loaded when the first expression is looked at. */
import { persistently } from "../../library/persistently";
import type { Snapshot } from "../../model/snapshot";
import { type Readable, Store } from "../../shared/store";
import type { Expressions } from "./expressions";

export function lazyExpressions(snapshots: Readable<Snapshot>): Readable<Expressions | null> {
  const store = new Store<Expressions | null>(null);
  let isAsked = false;
  return {
    get: () => {
      if (!isAsked) {
        isAsked = true;
        void persistently(() => import("./engine")).then(({ createExpressions }) => store.set(createExpressions(snapshots)));
      }
      return store.get();
    },
    subscribe: store.subscribe,
  };
}
