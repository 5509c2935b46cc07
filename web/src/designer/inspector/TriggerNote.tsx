/** What starts a workflow, in a sentence: its form stands beside its steps, and once is enough. */
import { Zap } from "lucide-react";

import { useDesk, useSnapshot } from "../desk";
import { triggerId } from "../workflows/ids";
import { triggerWords } from "../workflows/words";
import { useSubject } from "./field";

export function TriggerNote({ title }: { readonly title: string }) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const { owner, ids } = useSubject();
  const workflow = snapshot.node(owner.id);
  if (workflow === undefined || ids.length > 1) return null;
  const show = (): void => {
    desk.select(owner.id);
    document.getElementById(triggerId(owner.id))?.focus();
  };
  return (
    <div className="dr-field" role="group" aria-label={title}>
      <span className="dr-label">{title}</span>
      <button type="button" className="dr-trigger-note" title="Its form is above the steps" onClick={show}>
        <Zap size={13} aria-hidden />
        <span dir="auto">{triggerWords(workflow, snapshot)}</span>
      </button>
    </div>
  );
}
