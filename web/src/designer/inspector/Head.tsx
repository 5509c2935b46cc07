/** The inspector's head: what is selected, where it stands, its name, and what can be done with it. */
import { ActionIcon, Menu } from "@mantine/core";
import { ChevronRight, Copy, EllipsisVertical, Hash, Lock as LockIcon, Trash2 } from "lucide-react";

import { nodeLabel } from "../../model/labels";
import { namingProperty } from "../../model/names";
import type { LiveNode } from "../../model/types";
import { ROOT } from "../../model/types";
import { Avatar } from "../../shared/Avatar";
import { useSelect } from "../../shared/store";
import { duplicate, remove } from "../commands/edits";
import { commandById } from "../commands/list";
import { DefinitionIcon } from "../DefinitionIcon";
import { useConnection, useDesk, useIsReadOnly, usePeopleAt } from "../desk";
import { useForeignLock } from "../locks/useLock";
import { NameField } from "./NameField";

interface HeadProps {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly icon: string | undefined;
}

export function Head({ id, title, kind, icon }: HeadProps) {
  const desk = useDesk();
  const people = usePeopleAt(id);
  const node = useSelect(desk.connection.model.snapshots, (snapshot) => snapshot.node(id));
  const property = node === undefined ? (id === ROOT ? "name" : null) : namingProperty(node, desk.registry);
  const isHeld = useForeignLock(id) !== null;
  const isReadOnly = useIsReadOnly() || isHeld;
  return (
    <header className="dr-inspector-head">
      <Breadcrumbs id={id} />
      <div className="dr-inspector-title">
        <DefinitionIcon name={icon} />
        {property === null || isReadOnly ? (
          <h2 className="dr-ellipsis" dir="auto" title={title}>{title}</h2>
        ) : (
          <NameField key={id} id={id} title={title} property={property} />
        )}
        {node !== undefined && <HeadMenu node={node} />}
      </div>
      <p className="dr-inspector-kind">
        {kind}
        <span className="dr-spring" />
        <CopyId id={id} />
      </p>
      {people.length > 0 && (
        <p className="dr-also" role="group" aria-label="Also selected by">
          {people.slice(0, 5).map((person) => <Avatar key={person.client} name={person.name} color={person.color} size={18} />)}
          <span className="dr-ellipsis" dir="auto">{people.length === 1 ? `${people[0]?.name ?? ""} is here too` : `${people.length} people are here too`}</span>
        </p>
      )}
      <NodeProblems node={id} />
    </header>
  );
}

function CopyId({ id }: { readonly id: string }) {
  const desk = useDesk();
  const copy = (): void => {
    navigator.clipboard.writeText(id).then(
      () => desk.connection.tell("Copied", `The id ${id} is in the clipboard.`),
      () => desk.connection.tell("Not copied", `The browser did not allow it. The id is ${id}.`),
    );
  };
  return (
    <button type="button" className="dr-copy-id" aria-label={`Copy the id ${id}`} data-tip="Copy the id" onClick={copy}><Hash size={11} aria-hidden /><code>{id}</code></button>
  );
}

/** What the node stands in, from the outermost on; a click selects. */
function Breadcrumbs({ id }: { readonly id: string }) {
  const desk = useDesk();
  const ancestors = useSelect(
    desk.connection.model.snapshots,
    (snapshot) => snapshot.path(id).slice(0, -1).map((node) => ({ id: node.id, label: nodeLabel(node, desk.registry, snapshot) })),
    (a, b) => a.length === b.length && a.every((step, index) => step.id === b[index]?.id && step.label === b[index].label),
  );
  if (ancestors.length === 0) return null;
  return (
    <nav className="dr-crumbs" aria-label="Stands in">
      <ol>
        {ancestors.map((step) => (
          <li key={step.id}>
            <button type="button" dir="auto" title={step.label} onClick={() => desk.select(step.id)}>{step.label}</button>
            <ChevronRight size={11} aria-hidden />
          </li>
        ))}
      </ol>
    </nav>
  );
}

function HeadMenu({ node }: { readonly node: LiveNode }) {
  const desk = useDesk();
  const isHeld = useForeignLock(node.id) !== null;
  const lock = commandById("lock");
  const isReadOnly = useIsReadOnly() || isHeld;
  if (isReadOnly || node.place === null) return null;
  const isRoot = node.place[0] === ROOT;
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon size={24} aria-label="Actions of this element"><EllipsisVertical size={14} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!isRoot && <Menu.Item leftSection={<ChevronRight size={13} />} onClick={() => desk.select(node.place?.[0] ?? ROOT)}>Select what it is in</Menu.Item>}
        <Menu.Item leftSection={<Copy size={13} />} onClick={() => duplicate(desk)}>Duplicate</Menu.Item>
        {lock?.isEnabled(desk) === true && <Menu.Item leftSection={<LockIcon size={13} />} onClick={() => lock.run(desk)}>{lock.title}</Menu.Item>}
        <Menu.Item leftSection={<Trash2 size={13} />} color="red" onClick={() => remove(desk)}>Move to the Trash</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function NodeProblems({ node }: { readonly node: string }) {
  const problems = useConnection((state) => state.problems);
  // What concerns one property is said beside it.
  const own = problems.filter((problem) => problem.node === node && problem.path.filter((step) => step !== "props").length === 0);
  return own.map((problem, index) => (
    <p key={index} className="dr-field-problem" data-severity={problem.severity}>{problem.message}</p>
  ));
}
