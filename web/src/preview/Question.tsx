/** The question that an action waits for. */
import { useEffect, useId, useRef } from "react";

import { useApplication, useValue } from "./context";

export function Question() {
  const { messages } = useApplication().player;
  const asked = useValue(messages.confirmation);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (asked !== null && dialog.current?.open === false) dialog.current.showModal();
  }, [asked]);
  if (asked === null) return null;
  return (
    <dialog ref={dialog} className="player-question" role="alertdialog" aria-labelledby={id} onClose={() => asked.answer(false)}>
      <p id={id}>{asked.question}</p>
      <div className="player-row">
        <button type="button" className="player-button" onClick={() => asked.answer(false)}>No</button>
        <button type="button" className="player-button" data-primary onClick={() => asked.answer(true)}>Yes</button>
      </div>
    </dialog>
  );
}
