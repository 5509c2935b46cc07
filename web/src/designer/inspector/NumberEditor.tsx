/** A number: what is typed is kept as it is until it is one. */
import { useState } from "react";

import { readNumber } from "../../model/loose";
import { typesOf } from "../../model/schema";
import { toText } from "../../model/value";
import { useDesk } from "../desk";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { LiveInput } from "./LiveInput";

export function NumberEditor({ id, path, value, schema }: EditorProps) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const [draft, setDraft] = useState<string | null>(null);
  const isInteger = typesOf(schema)[0] === "integer";
  const change = (text: string): void => {
    const number = readNumber(text, isInteger);
    setDraft(number === null && text.trim() !== "" ? text : null);
    if (text.trim() === "") desk.connection.editor.set(owner.id, path, undefined);
    else if (number !== null) desk.connection.editor.set(owner.id, path, number);
  };
  return (
    <>
      <LiveInput
        id={id}
        value={draft ?? toText(value)}
        onChange={change}
        onBlur={() => setDraft(null)}
        isReadOnly={isReadOnly}
        isInvalid={draft !== null}
        inputMode={isInteger ? "numeric" : "decimal"}
        placeholder={toText(schema.default)}
      />
      {draft !== null && <p className="dr-field-problem">{isInteger ? "Not a whole number." : "Not a number."}</p>}
    </>
  );
}
