/** A value for those who may only look: words, not controls that cannot be used. */
import { oneLine, referenceName } from "../../model/labels";
import type { PropPath } from "../../model/editor";
import { editorKind, propertyTitle } from "../../model/schema";
import type { Json, Schema } from "../../model/types";
import { isExpression, isObject, isReference, listEntries, setMembers, toText } from "../../model/value";
import { useSnapshot } from "../desk";
import { actionWords } from "./logic/actionWords";

interface ValueWordsProps {
  readonly id: string;
  readonly value: Json | undefined;
  readonly schema: Schema;
  readonly path: PropPath;
}

export function ValueWords({ id, value, schema }: ValueWordsProps) {
  return <div className="dr-words" id={id} aria-labelledby={`${id}-label`} role="group"><Words value={value} schema={schema} /></div>;
}

function Words({ value, schema }: { readonly value: Json | undefined; readonly schema: Schema }) {
  const snapshot = useSnapshot();
  if (value === undefined || value === null || value === "") {
    const fallback = toText(schema.default);
    return <span className="dr-muted">{fallback === "" ? "Not set" : `${words(schema.default)} (default)`}</span>;
  }
  if (isExpression(value)) return <code className="dr-code">{value.expr}</code>;
  if (isReference(value)) return <span dir="auto">{referenceName(value, snapshot)}</span>;
  if (Array.isArray(value)) return <span dir="auto">{(value as readonly Json[]).map(words).join(", ") || "None"}</span>;
  if (!isObject(value)) return <span dir="auto">{words(value)}</span>;
  const kind = editorKind(schema);
  if (kind === "set") return <span dir="auto">{setMembers(value).join(", ") || "None"}</span>;
  if (kind === "list") {
    const entries = listEntries(value);
    if (entries.length === 0) return <span className="dr-muted">None</span>;
    return <ol>{entries.map(([key, entry]) => <li key={key} dir="auto">{entryWords(entry)}</li>)}</ol>;
  }
  const members = Object.entries(value);
  if (members.length === 0) return <span className="dr-muted">None</span>;
  return (
    <dl>
      {members.map(([key, member]) => (
        <div key={key}>
          <dt dir="auto">{propertyTitle(key, schema.properties?.[key])}</dt>
          <dd><Words value={member} schema={schema.properties?.[key] ?? {}} /></dd>
        </div>
      ))}
    </dl>
  );

  function entryWords(entry: Json): string {
    if (!isObject(entry)) return words(entry);
    if (entry.action !== undefined) return actionWords(entry, snapshot);
    const parts = Object.entries(entry).filter(([key]) => key !== "order").map(([, part]) => referenceName(part, snapshot));
    return oneLine(parts.filter((part) => part !== "").join(" · ")) || "Empty";
  }
}

function words(value: Json | undefined): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return toText(value);
}
