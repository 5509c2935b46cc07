/** A number: what is typed is kept as it is until it is one; arrow keys step within its limits. */
import { type KeyboardEvent, useState } from "react";

import { readNumber } from "../../model/loose";
import { typesOf } from "../../model/schema";
import type { Schema } from "../../model/types";
import { toText } from "../../model/value";
import { useWriter } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { LiveInput } from "./LiveInput";

export function NumberEditor({ id, path, value, schema, isMixed }: EditorProps) {
  const writer = useWriter();
  const [draft, setDraft] = useState<string | null>(null);
  const isInteger = typesOf(schema)[0] === "integer";
  const change = (text: string): void => {
    const number = readNumber(text, isInteger);
    setDraft(number === null && text.trim() !== "" ? text : null);
    if (text.trim() === "") writer.set(path, undefined);
    else if (number !== null) writer.set(path, number);
  };
  const step = (event: KeyboardEvent): void => {
    if ((event.key !== "ArrowUp" && event.key !== "ArrowDown") || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const size = (event.shiftKey ? 10 : 1) * (event.key === "ArrowUp" ? 1 : -1);
    const from = typeof value === "number" ? value : typeof schema.default === "number" ? schema.default : 0;
    setDraft(null);
    writer.set(path, within(from + size, schema));
  };
  return (
    <div className="dr-number-box" onKeyDown={step}>
      <LiveInput
        id={id}
        value={draft ?? toText(value)}
        onChange={change}
        onBlur={() => setDraft(null)}
        isReadOnly={false}
        isInvalid={draft !== null || (typeof value === "number" && within(value, schema) !== value)}
        inputMode={isInteger ? "numeric" : "decimal"}
        placeholder={isMixed === true ? "Mixed" : toText(schema.default)}
      />
      {draft !== null && <p className="dr-field-problem">{isInteger ? "Not a whole number." : "Not a number."}</p>}
    </div>
  );
}

function within(number: number, { minimum = -Infinity, maximum = Infinity }: Schema): number {
  return Math.min(Math.max(Number(number.toFixed(10)), minimum), maximum);
}
