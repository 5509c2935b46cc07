/**
 * The pages of a revision, running over the data of now, without writing anything.
 *
 * The data have no history of their own: what is shown is today's records through the pages of then.
 * Loaded on demand, since it brings the player along.
 */
import { useMemo, useState } from "react";

import { ScopeContext } from "../../library/scope";
import type { Stage } from "../../library/stage";
import { findPage, hasParameters, pagePath } from "../../model/routes";
import type { Snapshot } from "../../model/snapshot";
import type { LiveNode } from "../../model/types";
import { Client } from "../../preview/core/client";
import { lazyExpressions } from "../../preview/core/lazyEngine";
import { createPlayer, type Player } from "../../preview/core/runtime";
import { Store, useSelect } from "../../shared/store";
import { Artboard } from "../canvas/Artboard";
import { useDesk } from "../desk";
import { useHistory } from "./history";
import { pastRuntime } from "./pastRuntime";

interface PastPlayerProps {
  readonly snapshot: Snapshot;
  /** The page to begin with. */
  readonly page: LiveNode;
}

/** Where the person is: a path, or a page whose path wants a record that nobody has chosen. */
type Place = { readonly path: string } | { readonly page: string };

interface Theatre {
  readonly player: Player;
  readonly place: Store<Place>;
  readonly stage: Stage;
}

export function PastPlayer({ snapshot, page }: PastPlayerProps) {
  const { room } = useDesk();
  const history = useHistory();
  const { player, place, stage } = useState(() => theatre(room, snapshot, page, history.now))[0];
  const where = useSelect(place, (value) => value);
  const schema = useSelect(player.schema, (value) => value);
  const current = useMemo(() => ({ ...stage, schema }), [stage, schema]);
  const shown = "path" in where ? findPage(snapshot, where.path) : null;
  const shownPage = shown?.page ?? snapshot.node("page" in where ? where.page : "");
  const key = JSON.stringify(shown?.parameters ?? {});
  const scope = useMemo(
    () => (shownPage === undefined ? null : player.pageScope(shownPage, JSON.parse(key) as Readonly<Record<string, string>>)),
    [player, shownPage, key],
  );
  return (
    <div className="dr-canvas dr-past-canvas" role="group" aria-label="Running pages" tabIndex={0}>
      <p className="dr-hint dr-past-note" role="note">The pages of then, with today’s records: records have no history. Nothing that is done here is kept.</p>
      <div className="dr-artboard">
        {shownPage === undefined || scope === null ? (
          <p className="dr-hint dr-past-note">At this revision there was no page for this address.</p>
        ) : (
          <ScopeContext value={scope}><Artboard page={shownPage} stage={current} /></ScopeContext>
        )}
      </div>
    </div>
  );
}

function theatre(room: string, snapshot: Snapshot, page: LiveNode, now: Snapshot): Theatre {
  const snapshots = new Store(snapshot);
  const path = pagePath(page);
  const isAddress = typeof page.props.path === "string" && page.props.path !== "" && !hasParameters(path);
  const place = new Store<Place>(isAddress ? { path } : { page: page.id });
  const opened = new Store<ReadonlySet<string>>(new Set());
  const closeAll = (): void => opened.set(new Set());
  const navigate = (to: string): void => {
    closeAll();
    place.set({ path: to });
  };
  const setOpen = (dialog: string, isOpen: boolean): void => opened.update((before) => {
    const next = new Set(before);
    if (isOpen) next.add(dialog);
    else next.delete(dialog);
    return next;
  });
  const client = new Client({ base: `/preview/${encodeURIComponent(room)}/`, token: null, isReadOnly: true });
  const surroundings = { path: () => pathOf(place.get()), navigate, replace: navigate, setOpen, closeAll };
  const player = createPlayer({ client, expressions: lazyExpressions(snapshots), snapshots, surroundings });
  const revealed = new Store<ReadonlySet<string>>(new Set());
  const stage: Stage = { mode: "play", runtime: pastRuntime(player, now), snapshots, revealed, opened, navigate, setOpen, closeAll };
  return { player, place, stage };
}

function pathOf(place: Place): string {
  return "path" in place ? place.path : "";
}
