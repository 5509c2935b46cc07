/** Any JSON value as text: the last resort for properties that take several forms. */
import { useState } from "react";

import { misfit } from "../../model/schema";
import type { Json, Schema } from "../../model/types";
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

type Reading = { readonly value: Json | undefined } | { readonly error: string };

/** Reads JSON; words that are no JSON are taken as a string where the schema takes strings. */
export function readLoose(text: string, schema: Schema): Reading {
  const trimmed = text.trim();
  if (trimmed === "") return { value: undefined };
  let value: Json;
  try {
    value = JSON.parse(trimmed) as Json;
  } catch (error) {
    const takesText = misfit(schema, "") === null;
    if (!takesText || /^[[{"]/u.test(trimmed)) return { error: `This is not JSON: ${(error as Error).message}` };
    value = text;
  }
  const reason = misfit(schema, value);
  return reason === null ? { value } : { error: reason };
}

/** The opposite of `readLoose`: a plain word stays plain, what would read as JSON is quoted. */
export function writeLoose(value: Json | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string" && !readsAsJson(value) && value.trim() === value && !/^[[{"]/u.test(value)) return value;
  const isFlat = Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null);
  return JSON.stringify(value, null, isFlat ? undefined : 2);
}

function readsAsJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return text === "";
  }
}

function placeholderFor(schema: Schema): string {
  return schema.anyOf === undefined && schema.oneOf === undefined ? "A value or JSON" : "JSON";
}
