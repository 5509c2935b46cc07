/** The preview player: the pages of the latest committed revision, running. */
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useState } from "react";

import { PageView } from "../library/PageView";
import { ScopeContext } from "../library/scope";
import { StageContext } from "../library/stage";
import { findPage } from "../model/routes";
import type { LiveNode } from "../model/types";
import { useSelect } from "../shared/store";
import type { Application } from "./application";
import { Bar } from "./Bar";
import { ApplicationContext, useApplication, useSchema, useSnapshot, useValue } from "./context";
import { Drawer, type PanelName } from "./Drawer";
import { FeedNotice } from "./FeedNotice";
import { useHashPath } from "./hash";
import { Inspecting } from "./Inspecting";
import { Notices } from "./Notices";
import { applicationName, hasTitle, pageTitle } from "./pages";
import { Question } from "./Question";
import { ClosedPage, PageList } from "./StartPage";
import { Tools } from "./Tools";

export function PlayerPage({ application }: { readonly application: Application }) {
  return (
    <ApplicationContext value={application}>
      <Frame />
    </ApplicationContext>
  );
}

function Frame() {
  const { place, stage } = useApplication();
  const snapshot = useSnapshot();
  const path = useHashPath();
  const match = useMemo(() => findPage(snapshot, path), [snapshot, path]);
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [isInspecting, setInspecting] = useState(false);
  const name = applicationName(snapshot, place.room);
  const title = match === null ? null : pageTitle(match.page);
  const schema = useSchema();
  // Views ask for models as they draw; a stage of its own for each schema makes them ask again.
  const current = useMemo(() => ({ ...stage, schema }), [stage, schema]);
  useEffect(() => {
    document.title = title === null ? name : `${title} · ${name}`;
  }, [name, title]);
  useLayoutEffect(() => {
    stage.closeAll();
    window.scrollTo(0, 0);
  }, [stage, path]);
  return (
    <StageContext value={current}>
      <div className="app player" data-theme={useSystemTheme()}>
        <Bar name={name} current={match?.page.id ?? null} />
        <FeedNotice />
        <div className="player-body">
          <main className="player-main">
            <Content page={match?.page ?? null} parameters={match?.parameters ?? NO_PARAMETERS} path={path} />
          </main>
          {panel !== null && <Drawer panel={panel} onClose={() => setPanel(null)} />}
        </div>
        <Tools panel={panel} onPanel={setPanel} isInspecting={isInspecting} onInspect={setInspecting} />
        {isInspecting && <Inspecting onEnd={() => setInspecting(false)} />}
        <Notices />
        <Question />
      </div>
    </StageContext>
  );
}

const NO_PARAMETERS: Readonly<Record<string, string>> = {};

interface ContentProps {
  readonly page: LiveNode | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly path: string;
}

function Content({ page, parameters, path }: ContentProps) {
  const { feed } = useApplication();
  const isKnown = useSelect(feed.status, ({ revision }) => revision !== null);
  const { closedPages } = useSchema();
  if (!isKnown) return <Loading />;
  if (page === null) return <PageList path={path} />;
  if (closedPages.has(page.id)) return <ClosedPage title={pageTitle(page)} />;
  return <RunningPage page={page} parameters={parameters} />;
}

function RunningPage({ page, parameters }: { readonly page: LiveNode; readonly parameters: Readonly<Record<string, string>> }) {
  const { player, role } = useApplication();
  const snapshot = useSnapshot();
  const viewed = useValue(role);
  const key = JSON.stringify(parameters);
  const scope = useMemo(() => {
    void viewed;
    return player.pageScope(page, JSON.parse(key) as Readonly<Record<string, string>>);
  }, [player, page, key, viewed]);
  // Once for each visit: an edit of the page or of its actions is no new visit.
  const onVisit = useEffectEvent(() => void player.perform(page, "onLoad", scope));
  useEffect(() => onVisit(), [page.id, key]);
  return (
    <ScopeContext value={scope}>
      {!hasTitle(snapshot, page) && <h1 className="player-title">{pageTitle(page)}</h1>}
      <PageView key={page.id} page={page} waiting={<Loading />} />
    </ScopeContext>
  );
}

function Loading() {
  return (
    <div className="player-skeleton" role="status" aria-label="Loading the preview">
      <span /><span /><span />
    </div>
  );
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
