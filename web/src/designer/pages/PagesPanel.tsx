/** The pages of the application: found, added, named, ordered; the selected one is on the canvas. */
import "./pages.css";

import { Button } from "@mantine/core";
import { CircleAlert, Copy, FilePlus2, PencilLine, Plus, Trash2 } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";

import { nodeLabel } from "../../model/labels";
import { pagesOf } from "../../model/routes";
import { type LiveNode, ROOT } from "../../model/types";
import { toText } from "../../model/value";
import { State } from "../../shared/States";
import { useSelect } from "../../shared/store";
import { useCurrentPage } from "../canvas/page";
import { add } from "../commands/edits";
import { toolsOf } from "../commands/tools";
import { DefinitionIcon } from "../DefinitionIcon";
import { type Desk, useConnection, useDesk, useIsReadOnly, useSelectedKeys, useSnapshot } from "../desk";
import { useEdgeScroll } from "../drag/edges";
import { handleKey } from "../keyboard";
import { selectBy, useDraggableRow } from "../layers/LayerRow";
import { Tool } from "../layers/LayersPanel";
import { NameInput } from "../layers/NameInput";
import { useRows } from "../lists/useRows";
import type { Person } from "../presence";
import { usePageDrop } from "./usePageDrop";

const ROW_HEIGHT = 44;
/** Space above the first row, in pixels; the stylesheet has the same. */
const INSET = 4;

export function PagesPanel() {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const pages = pagesOf(useSnapshot());
  const keys = useSelectedKeys();
  const isPage = pages.some((page) => page.id === keys.at(-1));
  return (
    <section className="dr-panel dr-left" aria-label="Pages">
      <header className="dr-panel-tools">
        <Button leftSection={<Plus size={14} />} disabled={isReadOnly} aria-label="Add page" onClick={() => addPage(desk)}>Page</Button>
        <span className="dr-spring" />
        <Tool label="Rename" command="rename" isOffered={isPage}><PencilLine size={14} /></Tool>
        <Tool label="Duplicate" command="duplicate" isOffered={isPage}><Copy size={14} /></Tool>
        <Tool label="Delete" command="delete" isOffered={isPage}><Trash2 size={14} /></Tool>
      </header>
      {pages.length === 0 ? (
        <State icon={FilePlus2} title="No page yet" actions={<Button variant="filled" disabled={isReadOnly} onClick={() => addPage(desk)}>Add the first page</Button>}>
          An application shows itself in pages, each with an address of its own.
        </State>
      ) : (
        <PageList pages={pages} />
      )}
    </section>
  );
}

function PageList({ pages }: { readonly pages: readonly LiveNode[] }) {
  const desk = useDesk();
  const keys = useSelectedKeys();
  const current = useCurrentPage();
  const renaming = useSelect(toolsOf(desk).renaming, (value) => value);
  const problems = usePageProblems();
  const people = useSelect(desk.connection.presence.people, (value) => value);
  const list = useRef<HTMLDivElement>(null);
  const target = usePageDrop(list, ROW_HEIGHT);
  const at = pages.findIndex((page) => page.id === current?.id);
  const rows = useRows(() => list.current, { count: pages.length, height: ROW_HEIGHT, inset: INSET, kept: [at, pages.findIndex((page) => page.id === renaming)] });
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: "auto" });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a page that others shift is not scrolled to
  }, [current?.id]);
  useEdgeScroll(list);
  return (
    <div
      ref={list}
      className="dr-tree dr-pages"
      role="tree"
      aria-label="Pages"
      aria-multiselectable
      tabIndex={0}
      aria-activedescendant={current === undefined ? undefined : `page-${current.id}`}
      onFocus={(event) => {
        // From the keyboard the page on the canvas is what the next key is for, not something on it.
        const isByKeyboard = event.target === event.currentTarget && event.target.matches(":focus-visible");
        if (isByKeyboard && current !== undefined && !pages.some((page) => keys.includes(page.id))) desk.select(current.id);
      }}
      onKeyDown={(event) => {
        if (walkPages(desk, event, pages, current) || handleKey(desk, event)) event.preventDefault();
      }}
    >
      <div className="dr-tree-rows" role="presentation" style={{ height: pages.length * ROW_HEIGHT }}>
        {rows.getVirtualItems().map(({ index }) => {
          const page = pages[index];
          return page === undefined ? null : (
            <PageRow
              key={page.id}
              page={page}
              index={index}
              size={pages.length}
              isCurrent={index === at}
              isSelected={keys.includes(page.id)}
              isRenaming={page.id === renaming}
              problems={problems.get(page.id) ?? 0}
              people={people.filter((person) => person.page === page.id)}
            />
          );
        })}
      </div>
      {target?.kind === "gap" && <div className="dr-drop-line" style={{ top: target.at * ROW_HEIGHT + INSET, insetInlineStart: 12 }} aria-hidden />}
      {target?.kind === "onto" && (
        <div className="dr-drop-into" data-illegal={target.why !== null || undefined} style={{ top: target.at * ROW_HEIGHT + INSET, height: ROW_HEIGHT }} aria-hidden>
          {target.why !== null && <span className="dr-drop-why">{target.why}</span>}
        </div>
      )}
    </div>
  );
}

interface PageRowProps {
  readonly page: LiveNode;
  readonly index: number;
  readonly size: number;
  readonly isCurrent: boolean;
  readonly isSelected: boolean;
  readonly isRenaming: boolean;
  readonly problems: number;
  readonly people: readonly Person[];
}

function PageRow({ page, index, size, isCurrent, isSelected, isRenaming, problems, people }: PageRowProps) {
  const desk = useDesk();
  const element = useRef<HTMLDivElement>(null);
  const isDragged = useDraggableRow(element, !isRenaming, page.id);
  const label = nodeLabel(page, desk.registry);
  const path = toText(page.props.path);
  const faults = problems === 0 ? "" : problems === 1 ? ", 1 problem" : `, ${problems} problems`;
  return (
    <div
      ref={element}
      id={`page-${page.id}`}
      role="treeitem"
      className="dr-row dr-page-row"
      aria-label={`${label}, ${path === "" ? "no address" : path}${faults}`}
      aria-level={1}
      aria-posinset={index + 1}
      aria-setsize={size}
      aria-selected={isSelected}
      data-active-row={isCurrent || undefined}
      data-dragged={isDragged || undefined}
      data-key={page.id}
      data-index={index}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
      onClick={(event) => selectBy(event, desk, page.id)}
      onDoubleClick={() => toolsOf(desk).renaming.set(desk.isReadOnly ? null : page.id)}
    >
      <DefinitionIcon name={desk.registry.byType(page.type)?.icon} />
      <span className="dr-page-words">
        {isRenaming ? <NameInput id={page.id} name={label} /> : <span className="dr-row-label" dir="auto" title={label}>{label}</span>}
        <code className="dr-page-path" title={path}>{path === "" ? "no address" : path}</code>
      </span>
      {people.slice(0, 4).map((person) => (
        <span key={person.client} className="dr-row-person" style={{ background: person.color }} title={person.name} />
      ))}
      {problems > 0 && <span className="dr-row-problems"><CircleAlert size={12} aria-hidden />{problems}</span>}
    </div>
  );
}

function addPage(desk: Desk): void {
  const slot = Object.entries(desk.registry.slotsOf(null)).find(([name]) => name === "pages");
  const definition = slot === undefined ? undefined : desk.registry.accepted(slot[1])[0];
  if (definition === undefined) return;
  const id = add(desk, definition, { parent: ROOT, slot: "pages", index: pagesOf(desk.snapshot).length });
  toolsOf(desk).renaming.set(id);
}

// Here the arrows go from page to page; in the layers they would go into the page.
function walkPages(desk: Desk, event: KeyboardEvent, pages: readonly LiveNode[], current: LiveNode | undefined): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target !== event.currentTarget) return false;
  const at = pages.findIndex((page) => page.id === current?.id);
  const targets: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: pages.length - 1 };
  const target = targets[event.key];
  if (target === undefined) return event.key === "ArrowLeft" || event.key === "ArrowRight";
  const page = pages[Math.min(Math.max(target, 0), pages.length - 1)];
  if (page !== undefined) desk.select(page.id);
  return true;
}

/** The problems of each page, those of everything on it included. */
function usePageProblems(): ReadonlyMap<string, number> {
  const snapshot = useSnapshot();
  const problems = useConnection((state) => state.problems);
  return useMemo(() => {
    const counts = new Map<string, number>();
    for (const problem of problems) {
      const root = snapshot.path(problem.node)[0]?.id;
      if (root !== undefined) counts.set(root, (counts.get(root) ?? 0) + 1);
    }
    return counts;
  }, [problems, snapshot]);
}
