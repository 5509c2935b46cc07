/** The player's parts put together: feed, running application, and the stage for its views. */
import type { Stage } from "../library/stage";
import { safeUrl } from "../library/read";
import type { Snapshot } from "../model/snapshot";
import { type Readable, Store } from "../shared/store";
import { Client } from "./core/client";
import { lazyExpressions } from "./core/lazyEngine";
import { withGenerated } from "./core/generated";
import { createPlayer, type Player } from "./core/runtime";
import { Feed } from "./feed";
import { readHashPath, replaceHashPath, setHashPath } from "./hash";
import type { PagePlace } from "./place";

/** Questions about the run log are asked again when the feed tells of runs. */
export const RUNS = "#runs";

export interface Application {
  readonly place: PagePlace;
  readonly feed: Feed;
  readonly player: Player;
  /** The model with its generated pages. */
  readonly snapshots: Readable<Snapshot>;
  readonly stage: Stage;
  /** The role that is viewed, null for all that the person may do. */
  readonly role: Store<string | null>;
}

export function createApplication(place: PagePlace): Application {
  const feed = new Feed(place.feed);
  const snapshots = withGenerated(feed.snapshots);
  const opened = new Store<ReadonlySet<string>>(new Set());
  const surroundings = {
    path: readHashPath,
    navigate,
    replace: replaceHashPath,
    setOpen: (dialog: string, isOpen: boolean): void => {
      const next = new Set(opened.get());
      if (isOpen) next.add(dialog);
      else next.delete(dialog);
      opened.set(next);
    },
    closeAll: () => opened.set(new Set()),
  };
  const client = new Client({ base: place.base, token: place.token });
  const player = createPlayer({ client, expressions: lazyExpressions(snapshots), snapshots, surroundings });
  feed.listen({
    onRecords: player.onRecords,
    onRuns: () => player.queries.invalidate(new Set([RUNS])),
    onSchema: player.onSchema,
  });
  const role = new Store<string | null>(null);
  role.subscribe(() => player.viewAs(role.get()));
  const stage: Stage = {
    mode: "play",
    runtime: player,
    snapshots,
    revealed: new Store<ReadonlySet<string>>(new Set()),
    opened,
    navigate,
    setOpen: surroundings.setOpen,
    closeAll: surroundings.closeAll,
  };
  return { place, feed, player, snapshots, stage, role };
}

/** Pages are paths; anything else is another site's, which gets a tab of its own. */
function navigate(to: string): void {
  if (to.startsWith("/") && !to.startsWith("//")) {
    setHashPath(to);
    return;
  }
  const address = safeUrl(to);
  if (address !== null && /^(https?|mailto|tel):/iu.test(address)) window.open(address, "_blank", "noopener,noreferrer");
}
