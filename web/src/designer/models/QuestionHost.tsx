/** Shows the question that stands before a change: what uses it, what happens to the data, what is renamed. */
import "./models.css";

import { Button, Group, Modal } from "@mantine/core";
import { CircleHelp, CornerDownRight, Database } from "lucide-react";
import { useState } from "react";

import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import type { Impact } from "./impact";
import { type ImpactQuestion, type Question, questionOf } from "./questions";
import { RenameForm } from "./RenameForm";

export function QuestionHost() {
  const desk = useDesk();
  const store = questionOf(desk);
  const question = useSelect<Question | null, Question | null>(store, (value) => value);
  const [last, setLast] = useState(question);
  // While it fades away it still says what it said.
  if (question !== null && question !== last) setLast(question);
  const close = (): void => store.set(null);
  return (
    <Modal opened={question !== null} onClose={close} title={last?.title ?? ""} size="lg">
      {last?.kind === "impact" && <Impacted question={last} onClose={close} />}
      {last?.kind === "rename" && (
        <RenameForm
          key={last.title}
          rewrites={last.rewrites}
          onClose={close}
          onRename={(rewrites) => {
            close();
            last.perform(rewrites);
          }}
        />
      )}
    </Modal>
  );
}

function Impacted({ question, onClose }: { readonly question: ImpactQuestion; readonly onClose: () => void }) {
  const desk = useDesk();
  const { impacts, effects, isDataSafe, confirm, perform } = question;
  const show = (node: string): void => {
    onClose();
    desk.select(node);
  };
  const certain = impacts.filter((impact) => !impact.isByName);
  const byName = impacts.filter((impact) => impact.isByName);
  return (
    <div className="dm-impact">
      {effects.map((effect) => (
        <p key={effect} className="dm-impact-data" data-calm={isDataSafe || undefined}><Database size={14} aria-hidden /> {effect}</p>
      ))}
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
