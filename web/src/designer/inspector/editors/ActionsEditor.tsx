/** What happens at an event: actions as cards in words, one after the other, each with its own form. */
import { Menu } from "@mantine/core";
import {
  ArrowRight, ChevronRight, FilePen, FilePlus, FileX, type LucideIcon, MessageSquare, PanelTopClose, PanelTopOpen, Plus, Variable, Workflow, Zap,
} from "lucide-react";
import { useState } from "react";

import { propertyTitle } from "../../../model/schema";
import type { JsonObject } from "../../../model/types";
import { listEntries, toText } from "../../../model/value";
import { useSnapshot } from "../../desk";
import { useEntering } from "../entering";
import { EntryRows } from "../EntryRows";
import { useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { ACTION_KINDS, actionWords } from "../logic/actionWords";
import { Members } from "../ObjectEditor";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  navigate: ArrowRight, createRecord: FilePlus, updateRecord: FilePen, deleteRecord: FileX, runWorkflow: Workflow,
  openDialog: PanelTopOpen, closeDialog: PanelTopClose, setVariable: Variable, showMessage: MessageSquare,
};

export function ActionsEditor({ id, name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const [opened, setOpened] = useState<string | null>(null);
  const entries = listEntries(value);
  const title = propertyTitle(name, schema);
  const known = schema.items?.properties?.action?.enum?.map(toText) ?? [];
  const { enter, isEntering, rest } = useEntering(id);
  const add = (action: string): void => {
    writer.begin();
    const entry = writer.add(path, schema, { action });
    setOpened(entry);
    enter(entry);
  };
  return (
    <div className="dr-list dr-actions" id={id}>
      {entries.length > 0 && (
        <EntryRows
          {...{ id, title, path, schema, entries }}
          head={(entryId, action) => <ActionHead action={action} isOpen={opened === entryId} onToggle={() => setOpened(opened === entryId ? null : entryId)} />}
          body={(entryId, action) => opened === entryId && <Members path={[...path, entryId]} value={action} schema={schema.items ?? {}} rule="action" />}
        />
      )}
      <Menu position="bottom-start" width={264} returnFocus={!isEntering} onOpen={rest}>
        <Menu.Target>
          <button type="button" className="dr-add-row" aria-label={`Add to ${title}`}><Plus size={12} aria-hidden /> Add an action</button>
        </Menu.Target>
        <Menu.Dropdown>
          {ACTION_KINDS.filter((kind) => known.includes(kind.name)).map((kind) => {
            const Icon = ICONS[kind.name] ?? Zap;
            return (
              <Menu.Item key={kind.name} leftSection={<Icon size={15} aria-hidden />} onClick={() => add(kind.name)}>
                <span className="dr-menu-title">{kind.title}</span>
                <span className="dr-menu-hint">{kind.description}</span>
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

interface ActionHeadProps {
  readonly action: JsonObject;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function ActionHead({ action, isOpen, onToggle }: ActionHeadProps) {
  const snapshot = useSnapshot();
  const Icon = ICONS[toText(action.action)] ?? Zap;
  const isConditional = action.when !== undefined && action.when !== null;
  return (
    <button type="button" className="dr-list-toggle" aria-expanded={isOpen} onClick={onToggle}>
      <ChevronRight size={12} data-open={isOpen} aria-hidden />
      <Icon className="dr-action-icon" size={14} aria-hidden />
      <span className="dr-ellipsis" dir="auto" title={actionWords(action, snapshot)}>{actionWords(action, snapshot)}</span>
      {isConditional && <span className="dr-list-detail">if</span>}
    </button>
  );
}
