/**
 * A text that is written as a whole, by Enter or by leaving it: what uses it is asked about and
 * changed with it, which no half a name is worth.
 */
import { useState } from "react";

import { toText } from "../../model/value";
import { useDesk } from "../desk";
import { isNameOfModel } from "../models/changes";
import { askRename } from "../models/questions";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { LiveInput } from "./LiveInput";

export function WholeTextEditor({ id, path, value, isMixed }: EditorProps) {
  const desk = useDesk();
  const { owner, ids, writer, isReadOnly } = useSubject();
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (text: string): void => {
    const next = text.trim();
    if (draft === null) return;
    setDraft(null);
    if (next === "" || next === toText(value)) return;
    if (ids.length === 1 && isNameOfModel(owner, path[0] ?? "")) askRename(desk, owner.id, next);
    else {
      writer.begin();
      writer.set(path, next);
    }
  };
  return (
    <div
      onKeyDown={(event) => {
        if (event.key !== "Escape" || draft === null) return;
        event.stopPropagation();
        setDraft(null);
      }}
    >
      <LiveInput
        id={id}
        value={draft ?? toText(value)}
        onChange={setDraft}
        onBlur={commit}
        onEnter={commit}
        isReadOnly={isReadOnly}
        placeholder={isMixed === true ? "Mixed" : undefined}
      />
    </div>
  );
}
