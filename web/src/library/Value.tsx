/** One value of a record, shown as its column says or as its field's type suggests. */
import { useMemo } from "react";

import { words } from "../model/schema";
import type { Json } from "../model/types";
import { isObject, toText } from "../model/value";
import { type Format, formatted } from "./formats";
import { Glyph } from "./Glyph";
import { constant, useLocale, useReadable } from "./properties";
import { fileName, safeUrl } from "./read";
import { described, labelOf, type ShownAs, toneOf } from "./records";
import type { ChoicesState, FieldInfo } from "./runtime";
import { useStage } from "./stage";

interface ValueProps {
  readonly value: Json;
  readonly field: FieldInfo | null;
  readonly as?: ShownAs | null;
  readonly format: Format;
}

export function Value({ value, field, as = null, format }: ValueProps) {
  const locale = useLocale();
  if (value === null || value === "") return null;
  if (field?.type === "Reference" && !Array.isArray(value)) return <ReferenceName value={value} target={field.target} as={as} />;
  if (field?.type === "File") return <>{fileName(value)}</>;
  const text = isObject(value) ? described(value) : formatted(value, format, field, { locale, now: Date.now() });
  return <Shown text={text} value={value} field={field} as={as} />;
}

interface ShownProps {
  readonly text: string;
  readonly value: Json;
  readonly field: FieldInfo | null;
  readonly as: ShownAs | null;
}

function Shown({ text, value, field, as }: ShownProps) {
  const plain = toText(value);
  switch (as ?? defaultFor(field, value)) {
    case "Badge":
      return <span className="app-badge" data-tone={toneOf(plain)}>{text === plain ? words(plain) : text}</span>;
    case "Link":
      return <Address text={text} value={plain} field={field} />;
    case "Icon":
      return <Glyph name={plain} label={words(plain)} />;
    case "Image": {
      const url = safeUrl(plain);
      return url === null ? <>{text}</> : <img className="app-thumbnail" src={url} alt="" loading="lazy" />;
    }
    case "Checkbox":
      return <span className="app-tick" data-on={value === true || undefined}><Glyph name={value === true ? "check" : "minus"} label={value === true ? "Yes" : "No"} /></span>;
    case "Text":
      return <>{text}</>;
  }
}

function defaultFor(field: FieldInfo | null, value: Json): ShownAs {
  if (typeof value === "boolean") return "Checkbox";
  return field?.type === "Url" ? "Link" : "Text";
}

function Address({ text, value, field }: { readonly text: string; readonly value: string; readonly field: FieldInfo | null }) {
  const { mode } = useStage();
  const isMail = field?.type === "Email" || (/^[^\s@:/]+@[^\s@:/]+$/u.test(value));
  const url = isMail ? `mailto:${value}` : /^(https?|mailto|tel):/iu.test(value) ? safeUrl(value) : null;
  if (url === null) return <>{text}</>;
  if (mode === "design") return <span className="app-link">{text}</span>;
  // A press on the link is no press on the row that it stands in.
  return <a className="app-link" href={url} rel="noopener noreferrer" target="_blank" onClick={(event) => event.stopPropagation()}>{text}</a>;
}

const NOT_ASKED = constant<ChoicesState>({ state: "ready", choices: [], hasMore: false, error: null });

/** A record by its name; where only its id came, the name is looked for among the choices. */
function ReferenceName({ value, target, as }: { readonly value: Json; readonly target: string; readonly as: ShownAs | null }) {
  const { runtime } = useStage();
  const isExpanded = isObject(value) && Object.keys(value).some((key) => key !== "id" && !key.startsWith("@"));
  const choices = useReadable(useMemo(() => (isExpanded || runtime === null ? NOT_ASKED : runtime.references(target, "")), [isExpanded, runtime, target]));
  const id = isObject(value) ? toText(value.id) : toText(value);
  const name = isExpanded ? labelOf(value, runtime?.model(target) ?? null) : (choices.choices.find((choice) => choice.value === id)?.label ?? (choices.state === "pending" ? "" : id));
  return as === "Badge" ? <span className="app-badge">{name}</span> : <>{name}</>;
}
