/**
 * Asks before a destructive change: what uses it, what happens to the data, and whether to do it.
 *
 * A change that touches nothing is done at once: a question without content teaches people to
 * answer without reading.
 */
import { Button, Group, Modal } from "@mantine/core";
import { CircleHelp, CornerDownRight, Database } from "lucide-react";
import { type ReactNode, useState } from "react";

import { type Desk, useDesk } from "../desk";
import { type Change, dataEffect, type Impact, impactOf } from "./impact";
import { countRecords } from "./records";

interface Question {
  readonly title: string;
  readonly confirm: string;
  readonly impacts: readonly Impact[];
  readonly effect: string;
  /** Whether the preview surely has no records that are touched. */
  readonly isDataSafe: boolean;
  readonly perform: () => void;
}

export interface Guard {
  /** Performs the change, after asking if there is anything to say. */
  readonly ask: (change: Change, title: string, confirm: string, perform: () => void) => void;
  readonly dialog: ReactNode;
}

export function useGuard(): Guard {
  const desk = useDesk();
  const [question, setQuestion] = useState<Question | null>(null);
  const [isOpen, setOpen] = useState(false);
  const ask: Guard["ask"] = (change, title, confirm, perform) => {
    void questionOf(desk, change).then(({ impacts, effect, isDataSafe }) => {
      if (impacts.length === 0 && isDataSafe) {
        perform();
        return;
      }
      setQuestion({ title, confirm, impacts, effect, isDataSafe, perform });
      setOpen(true);
    });
  };
  const dialog = (
    <Modal opened={isOpen} onClose={() => setOpen(false)} title={question?.title} size="lg">
      {question !== null && <Body question={question} onClose={() => setOpen(false)} />}
    </Modal>
  );
  return { ask, dialog };
}

async function questionOf(desk: Desk, change: Change) {
  const { snapshot, registry } = desk;
  const impacts = impactOf(snapshot, registry, change);
  const field = change.kind === "removeFields" ? (change.fields[0] ?? "") : change.kind === "removeModel" ? "" : change.field;
  const model = change.kind === "removeModel" ? change.model : (snapshot.node(field)?.place?.[0] ?? "");
  const records = await countRecords(desk.room, snapshot.node(model));
  return { impacts, effect: dataEffect(snapshot, change, records), isDataSafe: records === 0 };
}

function Body({ question, onClose }: { readonly question: Question; readonly onClose: () => void }) {
  const desk = useDesk();
  const { impacts, effect, isDataSafe, confirm, perform } = question;
  const show = (node: string): void => {
    onClose();
    desk.select(node);
  };
  const certain = impacts.filter((impact) => !impact.isByName);
  const byName = impacts.filter((impact) => impact.isByName);
  return (
    <div className="dm-impact">
      <p className="dm-impact-data" data-calm={isDataSafe || undefined}><Database size={14} aria-hidden /> {effect}</p>
      {impacts.length === 0 && <p className="dr-hint">Nothing in the application uses it.</p>}
      {certain.length > 0 && <Impacts title={certain.length === 1 ? "1 place uses it" : `${certain.length} places use it`} impacts={certain} onShow={show} />}
      {byName.length > 0 && <Impacts title="By name: may be something else" impacts={byName} onShow={show} />}
      <Group justify="flex-end">
        <Button data-autofocus onClick={onClose}>Cancel</Button>
        <Button
          variant="filled"
          color="red.9"
          onClick={() => {
            onClose();
            perform();
          }}
        >
          {confirm}
        </Button>
      </Group>
    </div>
  );
}

interface ImpactsProps {
  readonly title: string;
  readonly impacts: readonly Impact[];
  readonly onShow: (node: string) => void;
}

function Impacts({ title, impacts, onShow }: ImpactsProps) {
  const areas = [...new Set(impacts.map((impact) => impact.area))];
  const isGuess = impacts[0]?.isByName === true;
  return (
    <section aria-label={title}>
      <h3 className="dm-impact-title">{isGuess && <CircleHelp size={13} aria-hidden />} {title}</h3>
      <div className="dm-impact-list" tabIndex={0} role="group" aria-label={`${title}: list`}>
        {areas.map((area) => (
          <div key={area} className="dm-impact-area">
            <h4 className="dr-ellipsis" dir="auto">{area}</h4>
            <ul>
              {impacts.filter((impact) => impact.area === area).map((impact, index) => (
                <li key={index}>
                  <button type="button" className="dm-impact-item" onClick={() => onShow(impact.node)} title="Go to it; nothing is changed">
                    <CornerDownRight size={12} aria-hidden />
                    <span className="dr-ellipsis" dir="auto">{impact.title}</span>
                    <span className="dr-muted">{impact.place}</span>
                    {impact.source !== "" && <code className="dr-ellipsis">{impact.source}</code>}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}
