/** The workflows of the application, at the left: what starts each, and how many steps it has. */
import { Workflow } from "lucide-react";

import { type LiveNode, ROOT } from "../../model/types";
import { toText } from "../../model/value";
import { add, remove } from "../commands/edits";
import { useDesk, useSnapshot } from "../desk";
import { askRename } from "../models/renaming";
import { RootList } from "../models/RootList";
import { stepCount } from "./steps";
import { triggerWords } from "./words";

export function WorkflowsPanel() {
  const desk = useDesk();
  const definition = desk.registry.definitions.find(({ id }) => id === "Workflow");
  return (
    <RootList
      label="Workflows"
      noun="workflow"
      icon="workflow"
      slot="workflows"
      detail={(node) => <WorkflowDetail workflow={node} />}
      nameFault={(node, name) => nameFault(desk.snapshot.children(ROOT, "workflows"), node, name)}
      onAdd={() => (definition === undefined ? null : add(desk, definition, { parent: ROOT, slot: "workflows", index: desk.snapshot.children(ROOT, "workflows").length }))}
      onRename={(workflow, name) => askRename(desk, workflow.id, name)}
      onDelete={(node) => {
        desk.select(node.id);
        remove(desk);
      }}
      empty={
        <>
          <Workflow size={24} strokeWidth={1.5} aria-hidden />
          <p>A workflow is a list of steps that runs by itself: when a record changes, at a time of day, or when somebody presses a button.</p>
        </>
      }
    />
  );
}

function WorkflowDetail({ workflow }: { readonly workflow: LiveNode }) {
  const snapshot = useSnapshot();
  const count = stepCount(snapshot, workflow.id);
  const trigger = triggerWords(workflow, snapshot);
  return (
    <span className="dr-ellipsis" title={trigger}>
      {count === 1 ? "1 step" : `${count} steps`} · {trigger}
    </span>
  );
}

function nameFault(workflows: readonly LiveNode[], own: LiveNode, name: string): string | null {
  if (name === "") return "A name is needed.";
  return workflows.some((node) => node.id !== own.id && toText(node.props.name) === name) ? "This name exists." : null;
}
