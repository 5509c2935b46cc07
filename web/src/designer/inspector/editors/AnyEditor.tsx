/** A value of any kind: first which kind, then its control. */
import { NativeSelect, Switch } from "@mantine/core";

import { propertyTitle } from "../../../model/schema";
import type { Json, Schema } from "../../../model/types";
import { toText } from "../../../model/value";
import { useWriter } from "../field";
import { JsonEditor } from "../JsonEditor";
import type { EditorProps } from "../LiteralEditor";
import { LiveInput } from "../LiveInput";
import { NumberEditor } from "../NumberEditor";

type Kind = "unset" | "text" | "number" | "boolean" | "null" | "json";

const TITLES: Readonly<Record<Kind, string>> = { unset: "Not set", text: "Text", number: "Number", boolean: "Yes or no", null: "Nothing", json: "JSON" };
const STARTS: Readonly<Record<Kind, Json | undefined>> = { unset: undefined, text: "", number: 0, boolean: false, null: null, json: {} };
const NUMBER: Schema = { type: "number" };

export function AnyEditor(props: EditorProps) {
  const { id, name, path, value, schema, isEntry } = props;
  const writer = useWriter();
  const kind = kindOf(value);
  const kinds = (Object.keys(TITLES) as Kind[]).filter((other) => other === kind || other !== "unset" || isEntry !== true);
  const title = propertyTitle(name, schema);
  return (
    <>
      <div className="dr-any">
        <NativeSelect
          id={kind === "unset" || kind === "null" ? id : undefined}
          aria-label={kind === "unset" || kind === "null" ? undefined : `Kind of ${title}`}
          value={kind}
          data={kinds.map((other) => ({ value: other, label: TITLES[other] }))}
          onChange={(event) => {
            const next = kinds.find((other) => other === event.currentTarget.value) ?? "unset";
            writer.set(path, converted(value, next));
          }}
        />
        <Control {...props} kind={kind} />
      </div>
      {kind === "json" && (
        <>
          <JsonEditor {...props} />
          <p className="dr-hint">Any value may stand here, so lists and objects are written as JSON.</p>
        </>
      )}
    </>
  );
}

function Control({ kind, ...props }: EditorProps & { readonly kind: Kind }) {
  const writer = useWriter();
  const { id, path, value } = props;
  switch (kind) {
    case "text":
      return <LiveInput id={id} value={toText(value)} onChange={(next) => writer.set(path, next)} isReadOnly={false} />;
    case "number":
      return <NumberEditor {...props} schema={NUMBER} />;
    case "boolean":
      return <Switch id={id} size="xs" checked={value === true} onChange={(event) => writer.set(path, event.currentTarget.checked)} />;
    default:
      return null;
  }
}

function kindOf(value: Json | undefined): Kind {
  if (value === undefined) return "unset";
  if (value === null) return "null";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "json";
}

/** What was there is kept as far as the other kind can say it. */
function converted(value: Json | undefined, kind: Kind): Json | undefined {
  if (kind === "text") return typeof value === "object" ? "" : toText(value);
  if (kind === "number" && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
  if (kind === "boolean") return value === "true" || value === true;
  return STARTS[kind];
}
