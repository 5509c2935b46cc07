/**
 * A workflow in the centre: what starts it, and its steps as nested lists of cards.
 *
 * One card has the focus; arrows walk through all of them in the order in which they are read.
 */
import "../models/models.css";
import "./workflows.css";

import { ExternalLink, Workflow } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";

import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { previewUrl } from "../../shared/api";
import { duplicate, move, remove } from "../commands/edits";
import { useDesk, useIsReadOnly, useSelectedKeys, useSnapshot } from "../desk";
import { useEdgeScroll } from "../drag/edges";
import { selectFirstChild, selectParent } from "../commands/walk";
import { askRename } from "../models/renaming";
import { NameInput } from "../models/RootList";
import { Nearness } from "../lists/nearness";
import { headId } from "./ids";
import { StepList } from "./StepList";
import { stepOrder } from "./steps";
import { TriggerCard } from "./TriggerCard";

/** What the cards share: which are open, which has the focus, which are drawn. */
export interface StepView {
  readonly nearness: Nearness;
  /** The step with the focus and those that it stands in, which are drawn wherever they are. */
  readonly kept: ReadonlySet<string>;
  readonly opened: ReadonlySet<string>;
  /** The step whose card is reached by Tab. */
  readonly active: string;
  readonly toggle: (id: string) => void;
  readonly choose: (id: string, event: MouseEvent) => void;
  readonly onAdded: (id: string) => void;
}

export function WorkflowView({ workflow }: { readonly workflow: LiveNode }) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const selected = useSelectedKeys();
  const scroller = useRef<HTMLDivElement>(null);
  const [nearness] = useState(() => new Nearness(".dw-scroll"));
  useEdgeScroll(scroller);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const steps = snapshot.children(workflow.id, "steps");
  const primary = selected.at(-1) ?? "";
  const isInside = primary !== workflow.id && snapshot.path(primary)[0]?.id === workflow.id;
  const toggle = (id: string): void => {
    const next = new Set(opened);
    const isOpened = !next.delete(id);
    if (isOpened) next.add(id);
    setOpened(next);
    if (isOpened) showForm(id);
  };
  const active = isInside ? primary : (steps[0]?.id ?? "");
  const view: StepView = {
    nearness,
    kept: new Set(snapshot.path(active).map(({ id }) => id)),
    opened,
    active,
    toggle,
    choose: (id, event) => {
      if (event.ctrlKey || event.metaKey) desk.toggle(id);
      else if (event.shiftKey) desk.selectAll([...desk.selection.get(), id]);
      else desk.select(id);
    },
    onAdded: (id) => {
      setOpened(new Set([...opened, id]));
      focusStep(id);
    },
  };
  useEffect(() => {
    if (isInside) document.getElementById(headId(primary))?.scrollIntoView({ block: "nearest" });
  }, [primary, isInside]);
  const onKey = (event: KeyboardEvent): void => {
    const step = event.target instanceof HTMLElement ? event.target.dataset.step : undefined;
    if (step === undefined || event.defaultPrevented) return;
    if (perform(step, event)) event.preventDefault();
  };
  const perform = (step: string, event: KeyboardEvent): boolean => {
    if (!desk.selection.get().includes(step)) desk.select(step);
    const hasCommand = event.ctrlKey || event.metaKey;
    const after = (command: () => void): true => {
      command();
      focusStep(desk.primary);
      return true;
    };
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) return after(() => move(desk, event.key === "ArrowUp" ? -1 : 1));
    if (hasCommand && event.key.toLowerCase() === "d") return after(() => duplicate(desk));
    if (hasCommand || event.altKey) return false;
    switch (event.key) {
      case "ArrowUp":
      case "ArrowDown":
      case "Home":
      case "End":
        return walk(stepOrder(snapshot, desk.registry, workflow.id), step, event.key, (next) => (event.shiftKey ? desk.selectAll([...desk.selection.get().filter((key) => key !== next), next]) : desk.select(next)));
      case "ArrowRight":
        return opened.has(step) ? after(() => selectFirstChild(desk)) : after(() => toggle(step));
      case "ArrowLeft":
        return after(() => (opened.has(step) ? toggle(step) : goUp()));
      case "Escape":
        return after(goUp);
      case "Enter":
      case "F2":
        toggle(step);
        return true;
      case "Delete":
      case "Backspace":
        return after(() => remove(desk));
      default:
        return false;
    }
  };
  const goUp = (): void => {
    if (snapshot.node(desk.primary)?.place?.[0] !== workflow.id) selectParent(desk);
  };
  return (
    <section className="dr-centre dm-centre" aria-label="Workflow" data-workflow={workflow.id}>
      <Head workflow={workflow} />
      <div ref={scroller} className="dw-scroll">
        <div className="dw-column">
          <TriggerCard workflow={workflow} />
          <div onKeyDown={onKey}>
            <StepList parent={workflow.id} slot="steps" label="Steps" steps={steps} hint="Steps run one after the other. Begin with what should happen first." view={view} />
          </div>
        </div>
      </div>
    </section>
  );
}

function Head({ workflow }: { readonly workflow: LiveNode }) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const [isRenamed, setRenamed] = useState(false);
  const name = toText(workflow.props.name) || "Untitled";
  return (
    <header className="dm-title">
      <Workflow size={16} strokeWidth={1.75} aria-hidden />
      {isRenamed ? (
        <NameInput
          name={toText(workflow.props.name)}
          label="Name of the workflow"
          faultOf={(next) => (next === "" ? "A name is needed." : null)}
          onDone={(next) => {
            setRenamed(false);
            if (next !== null) askRename(desk, workflow.id, next);
          }}
        />
      ) : (
        <h1>
          <button type="button" className="dm-title-name dr-ellipsis" dir="auto" title={isReadOnly ? name : `${name}: select it, double-click to rename`} onClick={() => desk.select(workflow.id)} onDoubleClick={() => !isReadOnly && setRenamed(true)} onKeyDown={(event) => {
            if (event.key === "F2" && !isReadOnly) setRenamed(true);
          }}>
            {name}
          </button>
        </h1>
      )}
      {toText(workflow.props.version) !== "" && <span className="dr-muted">version {toText(workflow.props.version)}</span>}
      <span className="dr-spring" />
      <a className="dw-preview" href={previewUrl(desk.room)} target="_blank" rel="noreferrer">Run it in the preview <ExternalLink size={12} aria-hidden /></a>
    </header>
  );
}

// After the next frame, since the card may be drawn only then.
function focusStep(id: string): void {
  requestAnimationFrame(() => {
    const head = document.getElementById(headId(id));
    // The browser would put it into the middle; to be in sight is enough.
    head?.focus({ preventScroll: true });
    head?.scrollIntoView({ block: "nearest" });
  });
}

// After the next frame, since the form is drawn only then: what was opened at the lower edge is seen.
function showForm(id: string): void {
  requestAnimationFrame(() => document.getElementById(headId(id))?.closest(".dw-card")?.scrollIntoView({ block: "nearest" }));
}

/** Goes to another card in the order in which they are read. */
function walk(order: readonly string[], from: string, key: string, choose: (id: string) => void): boolean {
  const target = key === "Home" ? 0 : key === "End" ? order.length - 1 : order.indexOf(from) + (key === "ArrowUp" ? -1 : 1);
  const next = order[Math.min(Math.max(target, 0), order.length - 1)];
  if (next === undefined) return false;
  choose(next);
  focusStep(next);
  return true;
}
