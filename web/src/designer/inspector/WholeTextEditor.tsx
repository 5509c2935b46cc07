/**
 * A text that is written as a whole, by Enter or by leaving it: what uses it is asked about and
 * changed with it, which no half a name is worth.
 */
import { useState } from "react";

import { toText } from "../../model/value";
import { useDesk } from "../desk";
import { askRename } from "../models/renaming";
import { isSharedName } from "../models/subjects";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { LiveInput } from "./LiveInput";

export function WholeTextEditor({ id, path, value, schema, isMixed }: EditorProps) {
  const desk = useDesk();
  const { owner, ids, writer, isReadOnly } = useSubject();
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (text: string): void => {
    const next = text.trim();
    if (draft === null) return;
    setDraft(null);
    const [property = ""] = path;
    // Whatever has a name keeps one; only the list on the other side of a reference can be none.
    if (next === toText(value) || (next === "" && property !== "inverse")) return;
    if (next !== "" && ids.length === 1 && isSharedName(desk.snapshot, owner, property)) askRename(desk, owner.id, next, property);
    else {
      writer.begin();
      writer.set(path, next === "" ? undefined : next);
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
        placeholder={isMixed === true ? "Mixed" : toText(schema.default) || undefined}
      />
    </div>
  );
}
