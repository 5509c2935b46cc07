/** A searchable list of root elements (data models, workflows): add, rename, duplicate, delete, reorder. */
import "./models.css";

import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { CircleAlert, Copy, Ellipsis, PencilLine, Plus, Search, Trash2 } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";

import type { LiveNode } from "../../model/types";
import { ROOT } from "../../model/types";
import { toText } from "../../model/value";
import { Avatar } from "../../shared/Avatar";
import { duplicate, move } from "../commands/edits";
import { DefinitionIcon } from "../DefinitionIcon";
import { useConnection, useDesk, useIsReadOnly, usePeopleAt, useSnapshot, useSelection } from "../desk";
import { useFlash } from "../flash";
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

export function RootList(props: RootListProps) {
  const desk = useDesk();
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
          <input className="dr-input" type="search" aria-label={`Find a ${props.noun}`} placeholder={`Find among ${nodes.length}…`} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />
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
        <ul className="dm-list" aria-label={props.label}>
          {shown.map((node) => (
            <Item
              key={node.id}
              {...props}
              node={node}
              index={nodes.indexOf(node)}
              isRenamed={renamed === node.id}
              onRenaming={(isOn) => {
                setRenamed(isOn ? node.id : null);
                if (!isOn) requestAnimationFrame(() => document.getElementById(itemId(desk.primary))?.focus());
              }}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface ItemProps extends RootListProps {
  readonly node: LiveNode;
  readonly index: number;
  readonly isRenamed: boolean;
  readonly onRenaming: (isOn: boolean) => void;
}

function itemId(node: string): string {
  return `root-item-${node}`;
}

function Item(props: ItemProps) {
  const { node, index, slot, isRenamed, onRenaming } = props;
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const isShown = useIsShown(node.id);
  const row = useRef<HTMLLIElement>(null);
  const { edge, isDragged } = useRowDrag(row, { id: node.id, parent: ROOT, slot, index });
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
      else focusBeside(row.current, step);
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
    <li ref={row} className="dm-item" data-current={isShown || undefined} data-edge={edge ?? undefined} data-dragged={isDragged || undefined}>
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
        <button id={itemId(node.id)} type="button" className="dm-item-main" aria-current={isShown || undefined} onClick={() => desk.select(node.id)} onDoubleClick={() => !isReadOnly && onRenaming(true)} onKeyDown={onKey}>
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
            <ActionIcon size={24} className="dm-item-more" aria-label={`More about ${name}`}><Ellipsis size={14} /></ActionIcon>
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

function useIsShown(id: string): boolean {
  const desk = useDesk();
  const key = useSelection();
  return useSnapshot().path(key)[0]?.id === id && desk.snapshot.isLive(id);
}

function focusBeside(row: HTMLElement | null, step: 1 | -1): void {
  const beside = step > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  const button = beside?.querySelector("button");
  if (button instanceof HTMLElement) button.focus();
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
