/** What is shown where no page is: the pages that there are, and the data. */
import { hasParameters, pagePath, pagesOf } from "../model/routes";
import type { LiveNode } from "../model/types";
import { useApplication, useSchema, useSnapshot, useValue } from "./context";
import { isGenerated } from "./core/generated";
import { applicationName, listPages, pageTitle } from "./pages";

export function PageList({ path }: { readonly path: string }) {
  const { place } = useApplication();
  const snapshot = useSnapshot();
  const { closedPages } = useSchema();
  const { data } = listPages(snapshot, closedPages);
  const pages = pagesOf(snapshot).filter(({ id }) => !isGenerated(id) && !closedPages.has(id));
  const isEmpty = pages.length === 0 && data.length === 0;
  return (
    <section className="player-note">
      <h1>{path !== "/" ? "No page at this address" : isEmpty ? "Nothing here yet" : applicationName(snapshot, place.room)}</h1>
      {path !== "/" && <p>Nothing answers to <code>{path}</code>.</p>}
      {isEmpty && <p>Add a page or a data model in the designer: it appears here by itself.</p>}
      {pages.length > 0 && <Section title="Pages" pages={pages} />}
      {data.length > 0 && <Section title="Data" pages={data} note="Made for data models that no page shows yet." />}
    </section>
  );
}

function Section({ title, pages, note }: { readonly title: string; readonly pages: readonly LiveNode[]; readonly note?: string }) {
  return (
    <>
      <h2>{title}</h2>
      {note !== undefined && <p className="player-muted">{note}</p>}
      <ul className="player-cards">
        {pages.map((page) => (
          <li key={page.id}>
            {hasParameters(pagePath(page)) ? <span>{pageTitle(page)}</span> : <a href={`#${pagePath(page)}`}>{pageTitle(page)}</a>}
            <code>{pagePath(page)}</code>
          </li>
        ))}
      </ul>
    </>
  );
}

export function ClosedPage({ title }: { readonly title: string }) {
  const role = useValue(useApplication().role);
  return (
    <section className="player-note">
      <h1>{title} is not open to {role ?? "you"}</h1>
      <p>No grant of this role names the page. View as another role, or grant the page in the designer.</p>
    </section>
  );
}
