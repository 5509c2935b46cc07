/** While something is dragged: the pages, to be opened by resting on one, or to be dropped on. */
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useRef, useState } from "react";

import { nodeLabel } from "../../model/labels";
import { mainSlot } from "../../model/targets";
import type { LiveNode } from "../../model/types";
import { type Desk, useDesk } from "../desk";
import { carried, type DragData, movedOf } from "../drag/data";
import { land } from "../drag/landing";

/** How long to rest on a page until it is opened, in milliseconds. */
const REST_MS = 450;

interface PageTargetsProps {
  readonly pages: readonly LiveNode[];
  readonly current: string;
  readonly data: DragData;
}

export function PageTargets({ pages, current, data }: PageTargetsProps) {
  return (
    <div className="dr-page-targets">
      {pages.map((page) => <PageTarget key={page.id} page={page} isCurrent={page.id === current} data={data} />)}
    </div>
  );
}

function PageTarget({ page, isCurrent, data: shown }: { readonly page: LiveNode; readonly isCurrent: boolean; readonly data: DragData }) {
  const desk = useDesk();
  const isTaker = mainSlot(movedOf(shown), page.id, desk.snapshot, desk.registry) !== null;
  const element = useRef<HTMLDivElement>(null);
  const [isOver, setOver] = useState(false);
  const { id } = page;
  useEffect(() => {
    if (element.current === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const leave = (): void => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      setOver(false);
    };
    const open = (): void => {
      desk.page.set(id);
      desk.connection.presence.showPage(id);
    };
    const stop = dropTargetForElements({
      element: element.current,
      canDrop: ({ source }) => carried(source.data) !== null,
      onDragEnter: () => {
        setOver(true);
        timer = setTimeout(open, REST_MS);
      },
      onDragLeave: leave,
      onDrop: ({ source }) => {
        leave();
        const data = carried(source.data);
        const slot = data === null ? null : mainSlot(movedOf(data), id, desk.snapshot, desk.registry);
        if (data !== null && slot !== null) land(desk, data, { parent: id, slot, index: desk.snapshot.children(id, slot).length }, desk.snapshot);
        else desk.connection.tell("Nothing was moved", `${nameOf(desk, id)} does not take that.`);
      },
    });
    return () => {
      stop();
      leave();
    };
  }, [desk, id]);
  return (
    <div ref={element} className="dr-page-target" data-over={isOver || undefined} data-current={isCurrent || undefined} data-illegal={!isTaker || undefined}>
      {nodeLabel(page, desk.registry)}
    </div>
  );
}

function nameOf(desk: Desk, id: string): string {
  const page = desk.snapshot.node(id);
  return page === undefined ? "The page" : nodeLabel(page, desk.registry);
}
