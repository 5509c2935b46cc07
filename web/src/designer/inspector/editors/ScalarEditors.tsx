/** Texts by their format: addresses, dates, exact numbers; and durations with their unit. */
import { NativeSelect, Tooltip } from "@mantine/core";
import { ExternalLink, Lock } from "lucide-react";
import { useState } from "react";

import { editorHint, mergeOf } from "../../../model/schema";
import { toText } from "../../../model/value";
import { DateInput } from "../DateInput";
import { useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { LiveInput, LiveTextarea } from "../LiveInput";
import { dateKind, shownDate } from "../logic/dates";
import { DURATION_UNITS, readDuration, typedDuration, UNIT_TITLES } from "../logic/durations";

export function StringEditor({ id, path, value, schema, isMixed }: EditorProps) {
  const writer = useWriter();
  const text = toText(value);
  const hint = editorHint(schema);
  const isAddress = hint === "url" || schema.format === "uri";
  const props = {
    id,
    value: text,
    onChange: (next: string) => writer.set(path, next === "" ? undefined : next),
    isReadOnly: false,
    placeholder: isMixed === true ? "Mixed" : placeholder(schema.format, hint, toText(schema.default)),
    isCode: schema.format === "regex",
    isInvalid: text !== "" && !isFormat(schema.format, text),
    inputMode: schema.format === "email" ? ("email" as const) : isAddress ? ("url" as const) : hint === "decimal" ? ("decimal" as const) : undefined,
  };
  if (text.includes("\n") && mergeOf(schema) === "lww") return <LiveTextarea {...props} />;
  if (isAddress && isOpenable(text)) {
    return (
      <div className="dr-with-button">
        <LiveInput {...props} />
        <Tooltip label="Open the address">
          <a className="dr-icon-link" href={text} target="_blank" rel="noreferrer noopener" aria-label="Open the address"><ExternalLink size={13} aria-hidden /></a>
        </Tooltip>
      </div>
    );
  }
  if (hint === "secret") {
    return (
      <div className="dr-with-mark">
        <Lock size={12} aria-hidden />
        <LiveInput {...props} />
      </div>
    );
  }
  return <LiveInput {...props} />;
}

function placeholder(format: string | undefined, hint: string | null, fallback: string): string {
  if (fallback !== "") return fallback;
  if (hint === "secret") return "name-of-the-secret";
  if (hint === "path") return "/orders/:id";
  switch (format) {
    case "uri":
      return "https://";
    case "email":
      return "name@example.com";
    case "regex":
      return "^[A-Z]+$";
    default:
      return "";
  }
}

function isOpenable(text: string): boolean {
  return /^https?:\/\/\S+$/u.test(text);
}

function isFormat(format: string | undefined, text: string): boolean {
  switch (format) {
    case "email":
      return /^\S+@\S+$/u.test(text);
    case "uri":
      return URL.canParse(text);
    case "regex":
      return isPattern(text);
    default:
      return true;
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

export function DateEditor(props: EditorProps) {
  const { id, path, value, schema } = props;
  const writer = useWriter();
  const text = toText(value);
  const kind = dateKind(schema.format) ?? "date";
  // What is no date is shown as it is, so that it can be seen and mended.
  if (shownDate(kind, text) === null) return <StringEditor {...props} />;
  return <DateInput id={id} kind={kind} value={text} onChange={(next) => writer.set(path, next === "" ? undefined : next)} />;
}

export function DurationEditor({ id, name, path, value, schema, isMixed }: EditorProps) {
  const writer = useWriter();
  const [draft, setDraft] = useState<string | null>(null);
  const parts = readDuration(toText(value));
  const [unit, setUnit] = useState(parts?.unit ?? "s");
  const shownUnit = parts?.unit ?? unit;
  const change = (text: string): void => {
    if (text.trim() === "") {
      setDraft(null);
      writer.set(path, undefined);
      return;
    }
    const next = typedDuration(text, shownUnit);
    setDraft(next === null ? text : null);
    if (next !== null) writer.set(path, next);
  };
  const title = schema.title ?? name;
  return (
    <>
      <div className="dr-with-unit">
        <LiveInput
          id={id}
          value={draft ?? parts?.amount ?? toText(value)}
          onChange={change}
          onBlur={() => setDraft(null)}
          isReadOnly={false}
          isInvalid={draft !== null}
          inputMode="numeric"
          placeholder={isMixed === true ? "Mixed" : ""}
        />
        <NativeSelect
          aria-label={`Unit of ${title}`}
          value={shownUnit}
          data={DURATION_UNITS.map((known) => ({ value: known, label: UNIT_TITLES[known] }))}
          onChange={(event) => {
            const next = DURATION_UNITS.find((known) => known === event.currentTarget.value) ?? "s";
            setUnit(next);
            if (parts !== null) writer.set(path, `${parts.amount}${next}`);
          }}
        />
      </div>
      {draft !== null && <p className="dr-field-problem">Not a duration. Write a whole number, such as 5, or 500ms.</p>}
    </>
  );
}
