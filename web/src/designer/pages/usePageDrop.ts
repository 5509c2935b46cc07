/**
 * The list of pages as a place to drop on: pages go between its rows, everything else goes onto one.
 *
 * A drag that rests on a page opens it on the canvas, where a place on it can be chosen.
 */
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter";
import { type RefObject, useEffect, useState } from "react";

import { nodeLabel } from "../../model/labels";
import { pagesOf } from "../../model/routes";
import { mainSlot } from "../../model/targets";
import { ROOT } from "../../model/types";
import { type Desk, useDesk } from "../desk";
import { carried, type DragData, movedOf } from "../drag/data";
import { land } from "../drag/landing";
import { pageDropIndex } from "./order";

/** How long to rest on a page until it is opened, in milliseconds. */
const REST_MS = 450;
/** Space above the first row, in pixels; the stylesheet has the same. */
const INSET = 4;

export type PageDrop =
  /** A page goes before the row `at`. */
  | { readonly kind: "gap"; readonly at: number }
  /** Something goes onto the page in the row `at`; `why` says that it cannot. */
  | { readonly kind: "onto"; readonly at: number; readonly why: string | null };

export function usePageDrop(list: RefObject<HTMLElement | null>, rowHeight: number): PageDrop | null {
  const desk = useDesk();
  const [shown, setShown] = useState<PageDrop | null>(null);
  useEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    let resting: { readonly page: string; readonly timer: ReturnType<typeof setTimeout> } | null = null;
    const rest = (page: string | null): void => {
      if (resting?.page === page) return;
      if (resting !== null) clearTimeout(resting.timer);
      resting = page === null ? null : { page, timer: setTimeout(() => open(desk, page), REST_MS) };
    };
    const leave = (): void => {
      rest(null);
      setShown(null);
    };
    const yOf = (clientY: number): number => clientY - element.getBoundingClientRect().top + element.scrollTop - INSET;
    const stop = dropTargetForElements({
      element,
      canDrop: ({ source }) => !desk.isReadOnly && carried(source.data) !== null,
      onDrag: ({ source, location }) => {
        const data = carried(source.data);
        const next = data === null ? null : dropAt(desk, data, yOf(location.current.input.clientY), rowHeight);
        rest(next?.kind === "onto" && next.why === null ? (pagesOf(desk.snapshot)[next.at]?.id ?? null) : null);
        setShown((last) => (JSON.stringify(last) === JSON.stringify(next) ? last : next));
      },
      onDragLeave: leave,
      onDrop: ({ source, location }) => {
        leave();
        const data = carried(source.data);
        if (data !== null) perform(desk, data, dropAt(desk, data, yOf(location.current.input.clientY), rowHeight));
      },
    });
    return () => {
      leave();
      stop();
    };
  }, [desk, list, rowHeight]);
  return shown;
}

function open(desk: Desk, page: string): void {
  desk.page.set(page);
  desk.centre.set({ kind: "canvas" });
  desk.connection.presence.showPage(page);
}

function dropAt(desk: Desk, data: DragData, y: number, rowHeight: number): PageDrop | null {
  const pages = pagesOf(desk.snapshot);
  const ids = new Set(pages.map((page) => page.id));
  if (data.kind === "nodes" && data.ids.every((id) => ids.has(id))) return { kind: "gap", at: pageDropIndex(y, rowHeight, pages.length) };
  const at = Math.floor(y / rowHeight);
  const page = pages[at];
  if (page === undefined) return null;
  const why = mainSlot(movedOf(data), page.id, desk.snapshot, desk.registry) === null ? `${nodeLabel(page, desk.registry)} does not take that` : null;
  return { kind: "onto", at, why };
}

function perform(desk: Desk, data: DragData, target: PageDrop | null): void {
  const { snapshot, registry } = desk;
  if (target?.kind === "gap") {
    land(desk, data, { parent: ROOT, slot: "pages", index: target.at }, snapshot);
    return;
  }
  const page = target === null ? undefined : pagesOf(snapshot)[target.at];
  if (target === null || page === undefined) return;
  const slot = mainSlot(movedOf(data), page.id, snapshot, registry);
  if (slot === null) desk.connection.tell("Nothing was moved", `${target.why ?? "It does not take that"}.`);
  else land(desk, data, { parent: page.id, slot, index: snapshot.children(page.id, slot).length }, snapshot);
}
