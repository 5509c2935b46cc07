/** Any JSON value as text: the last resort for properties that take several forms. */
import { useState } from "react";

import { readLoose, writeLoose } from "../../model/loose";
import type { Schema } from "../../model/types";
import { useDesk } from "../desk";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { LiveTextarea } from "./LiveInput";

export function JsonEditor({ id, path, value, schema }: EditorProps) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? writeLoose(value);
  const reading = draft === null ? null : readLoose(draft, schema);
  // Only leaving the field writes it: half a JSON value is nobody's intent.
  const commit = (text: string): void => {
    const read = readLoose(text, schema);
    if (draft === null || "error" in read) return;
    setDraft(null);
    desk.connection.editor.set(owner.id, path, read.value);
  };
  return (
    <>
      <LiveTextarea
        id={id}
        value={shown}
        onChange={setDraft}
        onBlur={commit}
        isReadOnly={isReadOnly}
        isCode
        isInvalid={reading !== null && "error" in reading}
        rows={Math.min(Math.max(shown.split("\n").length, 1), 12)}
        placeholder={placeholderFor(schema)}
      />
      {reading !== null && "error" in reading && <p className="dr-field-problem">{reading.error}</p>}
    </>
  );
}

function placeholderFor(schema: Schema): string {
  return schema.anyOf === undefined && schema.oneOf === undefined ? "A value or JSON" : "JSON";
}
