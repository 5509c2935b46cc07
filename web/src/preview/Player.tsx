/** The preview player: the pages of the latest committed revision, shown as a running application. */
import { useEffect, useMemo } from "react";

import { ownWords } from "../model/labels";
import { typeName } from "../model/registry";
import { findPage, hasParameters, pagePath, pagesOf } from "../model/routes";
import type { Snapshot } from "../model/snapshot";
import type { LiveNode } from "../model/types";
import { toText } from "../model/value";
import { PageView } from "../library/PageView";
import { type Stage, StageContext } from "../library/stage";
import { Store, useSelect } from "../shared/store";
import type { Feed } from "./feed";
import { setHashPath, useHashPath } from "./hash";
import { StatusBar } from "./StatusBar";

export function Player({ feed, room }: { readonly feed: Feed; readonly room: string }) {
  const snapshot = useSelect(feed.snapshots, (value) => value);
  const status = useSelect(feed.status, (value) => value);
  const path = useHashPath();
  const stage = useMemo(() => playStage(feed), [feed]);
  const name = toText(snapshot.application.name) || room;
  const match = useMemo(() => findPage(snapshot, path), [snapshot, path]);
  const pageName = match === null ? null : ownWords(match.page);
  useEffect(() => {
    document.title = pageName === null ? name : `${pageName} · ${name}`;
  }, [name, pageName]);
  return (
    <StageContext value={stage}>
      <div className="app player" data-theme={useSystemTheme()}>
        <header className="player-bar">
          <a className="player-name" href="#/">{name}</a>
          <Navigation snapshot={snapshot} current={match?.page.id ?? null} />
          <StatusBar status={status} />
        </header>
        <main className="player-main">
          {status.revision === null ? (
            <Loading />
          ) : match === null ? (
            <PageList snapshot={snapshot} path={path} />
          ) : (
            <>
              {!hasTitle(snapshot, match.page) && <h1 className="player-title">{pageTitle(match.page)}</h1>}
              <PageView key={match.page.id} page={match.page} />
            </>
          )}
        </main>
      </div>
    </StageContext>
  );
}

function Navigation({ snapshot, current }: { readonly snapshot: Snapshot; readonly current: string | null }) {
  const pages = pagesOf(snapshot).filter((page) => !hasParameters(pagePath(page)));
  return (
    <nav className="player-nav" aria-label="Pages">
      {pages.map((page) => (
        <a key={page.id} href={`#${pagePath(page)}`} aria-current={page.id === current ? "page" : undefined}>
          {pageTitle(page)}
        </a>
      ))}
    </nav>
  );
}

function PageList({ snapshot, path }: { readonly snapshot: Snapshot; readonly path: string }) {
  const pages = pagesOf(snapshot);
  if (pages.length === 0) {
    return (
      <section className="player-note">
        <h1>No pages yet</h1>
        <p>Add a page in the designer: it appears here by itself.</p>
      </section>
    );
  }
  return (
    <section className="player-note">
      <h1>{path === "/" ? "Pages" : "No page at this address"}</h1>
      {path !== "/" && (
        <p>
          Nothing answers to <code>{path}</code>. These pages exist:
        </p>
      )}
      <ul>
        {pages.map((page) => (
          <li key={page.id}>
            {hasParameters(pagePath(page)) ? (
              <span>{pageTitle(page)}</span>
            ) : (
              <a href={`#${pagePath(page)}`}>{pageTitle(page)}</a>
            )}{" "}
            <code>{pagePath(page)}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Loading() {
  return (
    <div className="player-skeleton" role="status" aria-label="Loading the preview">
      <span /><span /><span />
    </div>
  );
}

// Every page has one heading of the first level; the page's name stands in where it sets none.
function hasTitle(snapshot: Snapshot, page: LiveNode): boolean {
  return snapshot.subtree(page.id).some((node) => typeName(node.type) === "Heading" && node.props.level === 1);
}

function pageTitle(page: LiveNode): string {
  return toText(page.props.title) || ownWords(page) || pagePath(page);
}

function playStage(feed: Feed): Stage {
  const opened = new Store<ReadonlySet<string>>(new Set());
  return {
    mode: "play",
    snapshots: feed.snapshots,
    revealed: new Store<ReadonlySet<string>>(new Set()),
    opened,
    navigate: setHashPath,
    setOpen: (dialog, isOpen) => {
      const next = new Set(opened.get());
      if (isOpen) next.add(dialog);
      else next.delete(dialog);
      opened.set(next);
    },
    closeAll: () => opened.set(new Set()),
  };
}

const DARK = "(prefers-color-scheme: dark)";
const darkStore = {
  subscribe: (listener: () => void): (() => void) => {
    const query = window.matchMedia(DARK);
    query.addEventListener("change", listener);
    return () => query.removeEventListener("change", listener);
  },
  get: (): boolean => window.matchMedia(DARK).matches,
};

function useSystemTheme(): "light" | "dark" {
  return useSelect(darkStore, (isDark) => (isDark ? "dark" : "light"));
}
