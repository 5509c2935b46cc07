/** The application's own bar: its name and its pages. */
import { pagePath } from "../model/routes";
import type { LiveNode } from "../model/types";
import { useSchema, useSnapshot } from "./context";
import { listPages, pageTitle } from "./pages";

export function Bar({ name, current }: { readonly name: string; readonly current: string | null }) {
  const { closedPages } = useSchema();
  const { drawn, data } = listPages(useSnapshot(), closedPages);
  return (
    <header className="player-bar">
      <a className="player-name" href="#/">{name}</a>
      <nav className="player-nav" aria-label="Pages">
        {drawn.map((page) => <PageLink key={page.id} page={page} current={current} />)}
        {data.length > 0 && (
          <span className="player-nav-group" role="group" aria-label="Data">
            <span aria-hidden>Data</span>
            {data.map((page) => <PageLink key={page.id} page={page} current={current} />)}
          </span>
        )}
      </nav>
    </header>
  );
}

function PageLink({ page, current }: { readonly page: LiveNode; readonly current: string | null }) {
  // The form of a generated list is a part of the list's place in the navigation.
  const isCurrent = current === page.id || current === page.id.replace(/-list$/u, "-form");
  return (
    <a href={`#${pagePath(page)}`} aria-current={isCurrent ? "page" : undefined}>
      {pageTitle(page)}
    </a>
  );
}
