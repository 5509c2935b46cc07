/** While something is dragged: the pages, to be opened by resting on one, or to be dropped on. */
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useRef, useState } from "react";

import { nodeLabel } from "../../model/labels";
import { firstSlot } from "../../model/targets";
import type { LiveNode } from "../../model/types";
import { drop } from "../commands/edits";
import { useDesk } from "../desk";
import { carried, movedOf } from "../drag/data";

/** How long to rest on a page until it is opened, in milliseconds. */
const REST_MS = 450;

export function PageTargets({ pages, current }: { readonly pages: readonly LiveNode[]; readonly current: string }) {
  return (
    <div className="dr-page-targets">
      {pages.map((page) => <PageTarget key={page.id} page={page} isCurrent={page.id === current} />)}
    </div>
  );
}

function PageTarget({ page, isCurrent }: { readonly page: LiveNode; readonly isCurrent: boolean }) {
  const desk = useDesk();
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
        const slot = data === null ? null : firstSlot(movedOf(data), id, desk.snapshot, desk.registry);
        if (data !== null && slot !== null) drop(desk, data, { parent: id, slot, index: desk.snapshot.children(id, slot).length });
      },
    });
    return () => {
      stop();
      leave();
    };
  }, [desk, id]);
  return (
    <div ref={element} className="dr-page-target" data-over={isOver || undefined} data-current={isCurrent || undefined}>
      {nodeLabel(page, desk.registry)}
    </div>
  );
}
