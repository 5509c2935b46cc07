/** A searchable list of root elements (data models, workflows): add, rename, duplicate, delete, reorder. */
import "./models.css";

import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { CircleAlert, Copy, Ellipsis, PencilLine, Plus, Search, Trash2 } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";

import type { LiveNode } from "../../model/types";
import { ROOT } from "../../model/types";
import { toText } from "../../model/value";
import { Avatar } from "../../shared/Avatar";
import { duplicate, move } from "../commands/edits";
import { DefinitionIcon } from "../DefinitionIcon";
import { useConnection, useDesk, useIsReadOnly, usePeopleAt, useSnapshot, useSelection } from "../desk";
import { useEdgeScroll } from "../drag/edges";
import { useFlash } from "../flash";
import { useRows } from "../lists/useRows";
import { useRowDrag } from "./useRowDrag";

export interface RootListProps {
  /** Name of the region: `Data models`. */
  readonly label: string;
  /** What one of them is called, small: `data model`. */
  readonly noun: string;
  readonly icon: string;
  readonly slot: string;
  readonly detail: (node: LiveNode) => ReactNode;
  readonly nameFault: (node: LiveNode, name: string) => string | null;
  readonly onAdd: () => string | null;
  readonly onRename: (node: LiveNode, name: string) => void;
  readonly onDelete: (node: LiveNode) => void;
  readonly empty: ReactNode;
}

/** Of an item, and the space above the first and below the last; in pixels, as in the stylesheet. */
const ROW_HEIGHT = 44;
const INSET = 4;

export function RootList(props: RootListProps) {
  const snapshot = useSnapshot();
  const isReadOnly = useIsReadOnly();
  const [filter, setFilter] = useState("");
  const [renamed, setRenamed] = useState<string | null>(null);
  const nodes = snapshot.children(ROOT, props.slot);
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = nodes.filter((node) => `${toText(node.props.name)} ${toText(node.props.title)}`.toLocaleLowerCase().includes(wanted));
  const add = (): void => {
    setFilter("");
    const id = props.onAdd();
    if (id !== null) setRenamed(id);
  };
  return (
    <section className="dr-panel dr-left dm-panel" aria-label={props.label}>
      <div className="dr-panel-tools">
        <div className="dm-search">
          <Search size={13} aria-hidden />
          <input className="dr-input" type="search" aria-label={`Find a ${props.noun}`} placeholder={nodes.length === 0 ? "Nothing to find yet" : `Find among ${nodes.length}…`} disabled={nodes.length === 0} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />
        </div>
        <Tooltip label={`New ${props.noun}`}>
          <ActionIcon aria-label={`New ${props.noun}`} disabled={isReadOnly} onClick={add}><Plus size={16} /></ActionIcon>
        </Tooltip>
      </div>
      {nodes.length === 0 ? (
        <div className="dm-empty">
          {props.empty}
          <Button leftSection={<Plus size={14} />} disabled={isReadOnly} onClick={add}>New {props.noun}</Button>
        </div>
      ) : shown.length === 0 ? (
        <p className="dr-hint dm-none">Nothing is called “{filter.trim()}”.</p>
      ) : (
        <Items {...props} nodes={nodes} shown={shown} renamed={renamed} onRenaming={setRenamed} />
      )}
    </section>
  );
}

interface ItemsProps extends RootListProps {
  readonly nodes: readonly LiveNode[];
  /** Those that the search found. */
  readonly shown: readonly LiveNode[];
  readonly renamed: string | null;
  readonly onRenaming: (id: string | null) => void;
}

/** The items in sight: one of them is reached by Tab, the others by the arrows. */
function Items({ nodes, shown, renamed, onRenaming, ...props }: ItemsProps) {
  const desk = useDesk();
  const list = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const current = useShown();
  const places = useMemo(() => new Map(nodes.map((node, index) => [node.id, index])), [nodes]);
  const indexOf = (id: string | null): number => (id === null ? -1 : shown.findIndex((node) => node.id === id));
  const active = [focused, current].map(indexOf).find((index) => index >= 0) ?? 0;
  const rows = useRows(() => list.current, { count: shown.length, height: ROW_HEIGHT, inset: INSET, kept: [active, indexOf(renamed)] });
  useEdgeScroll(list);
  useEffect(() => {
    // Only one's own choice scrolls the list; what is added goes to its end and is named there.
    const at = indexOf(renamed ?? current);
    if (at >= 0) rows.scrollToIndex(at, { align: "auto" });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what others add or move does not scroll
  }, [current, renamed]);
  const go = (index: number): void => {
    const node = shown[Math.min(Math.max(index, 0), shown.length - 1)];
    if (node === undefined) return;
    setFocused(node.id);
    rows.scrollToIndex(shown.indexOf(node), { align: "auto" });
    focusItem(node.id);
  };
  return (
    <div ref={list} className="dm-list">
      <ul aria-label={props.label} style={{ height: shown.length * ROW_HEIGHT }}>
        {rows.getVirtualItems().map(({ index }) => {
          const node = shown[index];
          return node === undefined ? null : (
            <Item
              key={node.id}
              {...props}
              node={node}
              index={places.get(node.id) ?? index}
              row={index}
              size={shown.length}
              isActive={index === active}
              isCurrent={node.id === current}
              isRenamed={renamed === node.id}
              onRenaming={(isOn) => {
                onRenaming(isOn ? node.id : null);
                if (!isOn) focusItem(desk.primary);
              }}
              onFocus={() => setFocused(node.id)}
              onWalk={go}
            />
          );
        })}
      </ul>
    </div>
  );
}

interface ItemProps extends RootListProps {
  readonly node: LiveNode;
  /** Among all of them. */
  readonly index: number;
  /** Among those that are shown. */
  readonly row: number;
  readonly size: number;
  /** Whether Tab leads to it. */
  readonly isActive: boolean;
  /** Whether the centre shows it. */
  readonly isCurrent: boolean;
  readonly isRenamed: boolean;
  readonly onRenaming: (isOn: boolean) => void;
  readonly onFocus: () => void;
  /** Gives the focus to the item of a row. */
  readonly onWalk: (row: number) => void;
}

function itemId(node: string): string {
  return `root-item-${node}`;
}

// After the next frame, since the item may be drawn only then.
function focusItem(id: string): void {
  requestAnimationFrame(() => document.getElementById(itemId(id))?.focus({ preventScroll: true }));
}

function Item(props: ItemProps) {
  const { node, index, slot, isActive, isCurrent, isRenamed, onRenaming } = props;
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const element = useRef<HTMLLIElement>(null);
  const { edge, isDragged } = useRowDrag(element, { id: node.id, parent: ROOT, slot, index });
  const flash = useFlash(node.id);
  const name = toText(node.props.name) || "Untitled";
  const onKey = (event: KeyboardEvent): void => {
    if (itemKey(event)) event.preventDefault();
  };
  const itemKey = (event: KeyboardEvent): boolean => {
    const hasCommand = event.ctrlKey || event.metaKey;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (event.altKey) perform(() => move(desk, step));
      else props.onWalk(props.row + step);
      return true;
    }
    if (event.key === "Home" || event.key === "End") {
      props.onWalk(event.key === "Home" ? 0 : props.size - 1);
      return true;
    }
    if (isReadOnly) return false;
    if (event.key === "F2") onRenaming(true);
    else if (event.key === "Delete" || event.key === "Backspace") props.onDelete(node);
    else if (hasCommand && event.key.toLowerCase() === "d") perform(() => duplicate(desk));
    else return false;
    return true;
  };
  const perform = (command: () => void): void => {
    desk.select(node.id);
    command();
  };
  return (
    <li
      ref={element}
      className="dm-item"
      aria-posinset={props.row + 1}
      aria-setsize={props.size}
      data-index={props.row}
      data-current={isCurrent || undefined}
      data-edge={edge ?? undefined}
      data-dragged={isDragged || undefined}
      style={{ top: props.row * ROW_HEIGHT }}
    >
      {flash > 0 && <span key={flash} className="dr-flash" aria-hidden />}
      {isRenamed ? (
        <NameInput
          name={toText(node.props.name)}
          label={`Name of the ${props.noun}`}
          faultOf={(next) => props.nameFault(node, next)}
          onDone={(next) => {
            onRenaming(false);
            if (next !== null) props.onRename(node, next);
          }}
        />
      ) : (
        <button id={itemId(node.id)} type="button" className="dm-item-main" aria-current={isCurrent || undefined} tabIndex={isActive ? 0 : -1} onFocus={props.onFocus} onClick={() => desk.select(node.id)} onDoubleClick={() => !isReadOnly && onRenaming(true)} onKeyDown={onKey}>
          <DefinitionIcon name={props.icon} />
          <span className="dm-item-text">
            <span className="dr-ellipsis" dir="auto" title={name}>{name}</span>
            <span className="dm-item-detail">{props.detail(node)}</span>
          </span>
          <Marks node={node} />
        </button>
      )}
      {!isReadOnly && !isRenamed && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon size={24} className="dm-item-more" tabIndex={isActive ? 0 : -1} aria-label={`More about ${name}`}><Ellipsis size={14} /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<PencilLine size={14} />} onClick={() => onRenaming(true)}>Rename</Menu.Item>
            <Menu.Item leftSection={<Copy size={14} />} onClick={() => perform(() => duplicate(desk))}>Duplicate</Menu.Item>
            <Menu.Item leftSection={<Trash2 size={14} />} color="red" onClick={() => props.onDelete(node)}>Delete</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}

/** The root element that the selection is in. */
function useShown(): string | null {
  const key = useSelection();
  const snapshot = useSnapshot();
  const id = snapshot.path(key)[0]?.id;
  return id !== undefined && snapshot.isLive(id) ? id : null;
}

/** Problems and people of a root element, with all that is in it. */
function Marks({ node }: { readonly node: LiveNode }) {
  const snapshot = useSnapshot();
  const problems = useConnection((state) => state.problems);
  const people = usePeopleAt(node.id);
  const count = problems.filter((problem) => snapshot.path(problem.node)[0]?.id === node.id).length;
  return (
    <>
      {people.slice(0, 2).map((person) => <Avatar key={person.client} name={person.name} color={person.color} size={16} />)}
      {count > 0 && (
        <span className="dr-row-problems" title={count === 1 ? "1 problem" : `${count} problems`}>
          <CircleAlert size={12} aria-hidden /> {count}<span className="dr-hidden"> problems</span>
        </span>
      )}
    </>
  );
}

interface NameInputProps {
  readonly name: string;
  readonly label: string;
  readonly faultOf: (name: string) => string | null;
  /** The new name, or null where it stays. */
  readonly onDone: (name: string | null) => void;
}

/** Edits a name in its place: Enter or leaving it takes it, Esc does not. */
export function NameInput({ name, label, faultOf, onDone }: NameInputProps) {
  const [draft, setDraft] = useState(name);
  const isDone = useRef(false);
  const next = draft.trim();
  const fault = next === name ? null : faultOf(next);
  const finish = (value: string | null): void => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(value === null || value === name || faultOf(value) !== null ? null : value);
  };
  return (
    <span className="dm-name">
      <input
        className="dr-input"
        aria-label={label}
        aria-invalid={fault !== null || undefined}
        autoFocus
        dir="auto"
        maxLength={120}
        value={draft}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => finish(next)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") finish(null);
          else if (event.key === "Enter" && fault === null) finish(next);
        }}
      />
      {fault !== null && <span className="dm-name-fault" role="alert">{fault}</span>}
    </span>
  );
}
