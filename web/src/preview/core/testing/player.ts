/** A player over a fake server, as the tests of its parts drive it. */
import type { Scope } from "../../../library/runtime";
import type { Snapshot } from "../../../model/snapshot";
import type { LiveNode } from "../../../model/types";
import type { Store } from "../../../shared/store";
import { type Readable } from "../../../shared/store";
import { constant } from "../computed";
import { createExpressions } from "../engine";
import { withGenerated } from "../generated";
import { createPlayer, type Player } from "../runtime";
import { drawn, SCHEMA } from "./model";
import { type Answer, type Asked, fakeServer, type FakeServer } from "./server";

export interface World {
  readonly server: FakeServer;
  readonly player: Player;
  readonly model: Store<Snapshot>;
  readonly snapshots: Readable<Snapshot>;
  /** The address, and the dialogs that are open. */
  readonly at: { path: string; dialogs: Set<string> };
  readonly node: (id: string) => LiveNode;
  readonly page: (id: string, params?: Readonly<Record<string, string>>) => Scope;
}

/** `answer` goes before the usual answers: the schema, and nothing for everything else. */
export function world(answer: (asked: Asked) => Answer | Promise<Answer> = () => undefined, ...more: readonly LiveNode[]): World {
  const model = drawn(...more);
  const snapshots = withGenerated(model);
  const server = fakeServer(async (asked) => (await answer(asked)) ?? (asked.path === "player/schema" ? SCHEMA : undefined));
  const at = { path: "/", dialogs: new Set<string>() };
  const player = createPlayer({
    client: server.client,
    expressions: constant(createExpressions(snapshots)),
    snapshots,
    surroundings: {
      path: () => at.path,
      navigate: (path) => void (at.path = path),
      replace: (path) => void (at.path = path),
      setOpen: (dialog, isOpen) => void (isOpen ? at.dialogs.add(dialog) : at.dialogs.delete(dialog)),
      closeAll: () => at.dialogs.clear(),
    },
  });
  const node = (id: string): LiveNode => {
    const found = snapshots.get().node(id);
    if (found === undefined) throw new Error(`there is no node ${id}`);
    return found;
  };
  // The page around watches the schema for as long as it is open.
  player.schema.subscribe(() => undefined);
  return { server, player, model, snapshots, at, node, page: (id, params = {}) => player.pageScope(node(id), params) };
}

/** Watches a value and collects what it was, from now on. */
export function watch<T>(readable: Readable<T>): { readonly seen: T[]; readonly now: () => T; readonly stop: () => void } {
  const seen: T[] = [readable.get()];
  const stop = readable.subscribe(() => seen.push(readable.get()));
  return { seen, now: readable.get, stop };
}

export function emptyScope(page: string | null = null): Scope {
  return { page, params: {}, record: null, item: null };
}
