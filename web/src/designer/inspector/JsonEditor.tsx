/** Any JSON value as text: the last resort for properties that take several forms. */
import { useState } from "react";

import { readLoose, writeLoose } from "../../model/loose";
import type { Schema } from "../../model/types";
import { CodeField } from "../code/CodeField";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";

export function JsonEditor({ id, path, value, schema }: EditorProps) {
  const { owner, ids, writer, isReadOnly } = useSubject();
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? writeLoose(value);
  const reading = draft === null ? null : readLoose(draft, schema);
  const problem = reading !== null && "error" in reading ? reading.error : null;
  // Only leaving the field writes it: half a JSON value is nobody's intent.
  const commit = (text: string): void => {
    const read = readLoose(text, schema);
    if (draft === null || "error" in read) return;
    setDraft(null);
    writer.set(path, read.value);
  };
  return (
    <>
      <CodeField
        id={id}
        owner={owner}
        path={path}
        value={shown}
        language="plain"
        onChange={setDraft}
        onBlur={commit}
        isOfSeveral={ids.length > 1}
        isReadOnly={isReadOnly}
        isInvalid={problem !== null}
        describedBy={problem === null ? undefined : `${id}-problem`}
        placeholder={placeholderFor(schema)}
      />
      {problem !== null && <p id={`${id}-problem`} className="dr-field-problem">{problem}</p>}
    </>
  );
}

function placeholderFor(schema: Schema): string {
  return schema.anyOf === undefined && schema.oneOf === undefined ? "A value or JSON" : "JSON";
}
