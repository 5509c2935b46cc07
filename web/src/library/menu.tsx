/** A menu: several actions behind one button, by the menu button pattern of WAI-ARIA. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import type { JsonObject } from "../model/types";
import { listEntries, toText } from "../model/value";
import { Bound } from "./Bound";
import { usePopover } from "./controls/popover";
import { Glyph } from "./Glyph";
import { safeUrl } from "./read";
import { useOnce } from "./performing";
import { useProperties, useText } from "./properties";
import { useScope } from "./scope";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

export function MenuView({ node, root }: ViewProps) {
  const { mode } = useStage();
  const icon = useText(node, "icon");
  const id = useId();
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  const isPlayed = mode === "play";
  return (
    <div {...root} className="app-menu">
      <button
        ref={anchor}
        type="button"
        id={id}
        className="app-button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? `${id}-menu` : undefined}
        tabIndex={isPlayed ? undefined : -1}
        onClick={() => isPlayed && setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (!isPlayed || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {icon !== "" && <Glyph name={icon} />}
        <Bound node={node} name="label" fallback="Menu" isWithinControl />
        <Glyph name="chevron-down" />
      </button>
      {isOpen && <Panel node={node} root={root} id={id} anchor={anchor} close={close} />}
    </div>
  );
}

interface PanelProps extends ViewProps {
  readonly id: string;
  readonly anchor: React.RefObject<HTMLButtonElement | null>;
  readonly close: () => void;
}

function Panel({ node, id, anchor, close }: PanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  const items = listEntries(node.props.items);
  const labels = useProperties(node, items.map(([item]) => ["items", item, "label"]));
  usePopover(true, anchor, panel, close);
  const all = (): readonly HTMLElement[] => [...(panel.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
  useEffect(() => {
    panel.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
  }, []);
  const leave = (): void => {
    close();
    anchor.current?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Tab") {
      close();
      return;
    }
    const elements = all();
    const at = elements.findIndex((element) => element === document.activeElement);
    const next = nextItem(event.key, at, labels.map((label) => (label.state === "ready" ? toText(label.value) : "")));
    if (event.key === "Escape") leave();
    else if (next === null) return;
    else elements[next]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={panel} popover="manual" className="app-popup">
      <div id={`${id}-menu`} role="menu" aria-labelledby={id} className="app-menu-panel" onKeyDown={press}>
        {items.map(([entry, item]) => (
          <Item key={entry} node={node} entry={entry} item={item} onDone={leave} />
        ))}
        {items.length === 0 && <div role="menuitem" aria-disabled tabIndex={-1} className="app-menu-item">No items yet</div>}
      </div>
    </div>
  );
}

/** The item that a key leads to: arrows round the ends, Home, End, or the first letter. */
export function nextItem(key: string, at: number, labels: readonly string[]): number | null {
  const count = labels.length;
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default: {
      if ([...key].length !== 1 || key === " ") return null;
      const order = labels.map((_, index) => (at + 1 + index) % count);
      return order.find((index) => labels[index]?.toLocaleLowerCase().startsWith(key.toLocaleLowerCase())) ?? null;
    }
  }
}

interface ItemProps {
  readonly node: ViewProps["node"];
  readonly entry: string;
  readonly item: JsonObject;
  readonly onDone: () => void;
}

function Item({ node, entry, item, onDone }: ItemProps) {
  const { runtime, navigate } = useStage();
  const scope = useScope();
  const [to, disabled] = useProperties(node, [["items", entry, "to"], ["items", entry, "disabled"]]);
  const isDisabled = disabled?.state !== "ready" || disabled.value === true;
  const icon = typeof item.icon === "string" ? item.icon : "";
  const { run } = useOnce(async () => {
    onDone();
    const isDone = runtime === null || item.actions === undefined || (await runtime.performAt(node, ["items", entry, "actions"], scope));
    const path = to?.state === "ready" ? toText(to.value) : "";
    if (!isDone || path === "") return;
    if (path.startsWith("/") && !path.startsWith("//")) navigate(path);
    else if (safeUrl(path) !== null) window.open(path, "_blank", "noopener,noreferrer");
  });
  return (
    // Disabled items keep their place in the arrow keys' way, so that they can be found and read.
    <button type="button" role="menuitem" className="app-menu-item" tabIndex={-1} aria-disabled={isDisabled || undefined} onClick={() => !isDisabled && run()}>
      {icon !== "" && <Glyph name={icon} />}
      <Bound node={node} name={["items", entry, "label"]} fallback="Item" isWithinControl />
    </button>
  );
}
