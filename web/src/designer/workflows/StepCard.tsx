/** One step: what it does in a sentence; opened, its form; and below it the steps within it. */
import { ActionIcon, Menu } from "@mantine/core";
import { ChevronRight, CircleAlert, Copy, Ellipsis, Trash2 } from "lucide-react";
import { useRef } from "react";

import { nodeLabel, typeTitle } from "../../model/labels";
import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { Avatar } from "../../shared/Avatar";
import { duplicate, remove } from "../commands/edits";
import { DefinitionIcon } from "../DefinitionIcon";
import { useConnection, useDesk, useIsReadOnly, usePeopleAt, useSelectedKeys, useSnapshot } from "../desk";
import { useFlash } from "../flash";
import { NodeFields, NodeSubject } from "../models/NodeFields";
import { useRowDrag } from "../models/useRowDrag";
import { StepList } from "./StepList";
import { slotsOfStep, type StepSlot } from "./steps";
import { AddStep } from "./AddStep";
import { headId } from "./ids";
import type { StepView } from "./WorkflowView";
import { stepWords } from "./words";

interface StepCardProps {
  readonly step: LiveNode;
  readonly parent: string;
  readonly slot: string;
  readonly index: number;
  readonly view: StepView;
}

export function StepCard({ step, parent, slot, index, view }: StepCardProps) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const card = useRef<HTMLDivElement>(null);
  const { edge, isDragged } = useRowDrag(card, { id: step.id, parent, slot, index });
  const isSelected = useSelectedKeys().includes(step.id);
  const flash = useFlash(step.id);
  const [person] = usePeopleAt(step.id);
  const isOpen = view.opened.has(step.id);
  const slots = slotsOfStep(snapshot, desk.registry, step);
  return (
    <>
      <div
        ref={card}
        className="dw-card"
        data-selected={isSelected || undefined}
        data-edge={edge ?? undefined}
        data-dragged={isDragged || undefined}
        style={person === undefined ? undefined : { boxShadow: `inset 3px 0 ${person.color}` }}
      >
        {flash > 0 && <span key={flash} className="dr-flash" aria-hidden />}
        <Head step={step} isOpen={isOpen} view={view} />
        {isOpen && <StepForm step={step} slots={slots} view={view} />}
      </div>
      <Slots step={step} slots={slots} view={view} />
    </>
  );
}

interface HeadProps {
  readonly step: LiveNode;
  readonly isOpen: boolean;
  readonly view: StepView;
}

function Head({ step, isOpen, view }: HeadProps) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const isReadOnly = useIsReadOnly();
  const people = usePeopleAt(step.id);
  const problems = useConnection((state) => state.problems).filter((problem) => problem.node === step.id);
  const sentence = stepWords(step, snapshot);
  const name = toText(step.props.name);
  const label = nodeLabel(step, desk.registry, snapshot);
  const perform = (command: () => void): void => {
    desk.select(step.id);
    command();
  };
  return (
    <div className="dw-head">
      <button type="button" className="dw-chevron" data-open={isOpen} aria-label={`${isOpen ? "Close" : "Open"} ${label}`} tabIndex={-1} onClick={() => view.toggle(step.id)}>
        <ChevronRight size={14} aria-hidden />
      </button>
      <button
        id={headId(step.id)}
        type="button"
        className="dw-main"
        data-step={step.id}
        aria-expanded={isOpen}
        aria-current={view.active === step.id || undefined}
        aria-label={[name, sentence, problems.length > 0 ? `${problems.length} problems` : ""].filter((part) => part !== "").join(": ")}
        tabIndex={view.active === step.id ? 0 : -1}
        onClick={(event) => view.choose(step.id, event)}
        onDoubleClick={() => view.toggle(step.id)}
      >
        <DefinitionIcon name={desk.registry.byType(step.type)?.icon} />
        <span className="dw-text">
          <span className="dw-sentence" dir="auto" title={sentence}>{sentence}</span>
          <span className="dw-name dr-ellipsis">{name === "" ? typeTitle(step.type, desk.registry) : name}</span>
        </span>
        {people.slice(0, 2).map((person) => <Avatar key={person.client} name={person.name} color={person.color} size={16} />)}
        {problems.length > 0 && <span className="dr-row-problems" title={problems.map((problem) => problem.message).join(" ")}><CircleAlert size={12} aria-hidden /> {problems.length}</span>}
      </button>
      {!isReadOnly && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon size={24} className="dw-more" aria-label={`More about ${label}`}><Ellipsis size={14} /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Copy size={14} />} onClick={() => perform(() => duplicate(desk))}>Duplicate</Menu.Item>
            <Menu.Item leftSection={<Trash2 size={14} />} color="red" onClick={() => perform(() => remove(desk))}>Delete</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

interface StepFormProps {
  readonly step: LiveNode;
  readonly slots: readonly StepSlot[];
  readonly view: StepView;
}

function StepForm({ step, slots, view }: StepFormProps) {
  const definition = useDesk().registry.byType(step.type);
  const handlers = slots.filter((slot) => slot.isHandler && slot.steps.length === 0);
  return (
    <div className="dw-form">
      {definition === undefined && <p className="dr-note">This type of step is not known here; its properties are in the inspector.</p>}
      <NodeSubject id={step.id} isBindable>
        <NodeFields node={step} names={Object.keys(definition?.schema.properties ?? {})} />
      </NodeSubject>
      {handlers.length > 0 && (
        <div className="dw-handlers">
          {handlers.map(({ slot, title }) => (
            <span key={slot} className="dw-handler">
              <span className="dr-label">{title}</span>
              <AddStep parent={step.id} slot={slot} index={0} label={`Add a step to ${title}`} isWide onAdded={view.onAdded} />
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

function Slots({ step, slots, view }: StepFormProps) {
  const name = toText(step.props.name) || "this step";
  return slots
    .filter((slot) => !slot.isHandler || slot.steps.length > 0)
    .map(({ slot, title, steps, isHandler }) => (
      <div key={slot} className="dw-slot" data-handler={isHandler || undefined}>
        <span className="dw-slot-title">{title}</span>
        <StepList parent={step.id} slot={slot} label={`${title} of ${name}`} steps={steps} hint={HINTS[slot] ?? "Nothing happens here yet."} view={view} />
      </div>
    ));
}

const HINTS: Readonly<Record<string, string>> = {
  then: "Nothing happens if it holds.",
  else: "Nothing happens if it does not hold.",
};
