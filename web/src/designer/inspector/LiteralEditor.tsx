/** The editor of a fixed value, by the kind that its schema asks for. */
import { typeName } from "../../model/registry";
import { misfit } from "../../model/schema";
import type { Json } from "../../model/types";
import { isObject, toText } from "../../model/value";
import { CodeField } from "../code/CodeField";
import { ActionsEditor } from "./editors/ActionsEditor";
import { AnyEditor } from "./editors/AnyEditor";
import { BooleanEditor, EnumEditor, SegmentsEditor } from "./editors/ChoiceEditors";
import { BindingEditor, FieldPathEditor, ReferenceEditor, VariableEditor } from "./editors/ReferenceEditors";
import { ColumnsEditor } from "./editors/ColumnsEditor";
import { CronEditor, TimeZoneEditor } from "./editors/ScheduleEditors";
import { FormsEditor } from "./editors/FormsEditor";
import { IconEditor } from "./editors/IconEditor";
import { PageEditor } from "./editors/PageEditor";
import { PlainListEditor } from "./editors/PlainListEditor";
import { DateEditor, DurationEditor, StringEditor } from "./editors/ScalarEditors";
import { SortEditor } from "./editors/SortEditor";
import { StyleEditor } from "./editors/StyleEditor";
import { type FieldProps, useSubject, useWriter } from "./field";
import { JsonEditor } from "./JsonEditor";
import { ListEditor } from "./ListEditor";
import type { EditorName } from "./logic/editors";
import { MapEditor } from "./MapEditor";
import { NumberEditor } from "./NumberEditor";
import { ObjectEditor } from "./ObjectEditor";
import { SetEditor } from "./SetEditor";

export interface EditorProps extends FieldProps {
  readonly id: string;
  readonly hint: string | null;
  /** The object that the property stands in. */
  readonly beside?: Json | undefined;
  /** The selected nodes differ here: `value` is none of theirs. */
  readonly isMixed?: boolean;
}

export function LiteralEditor({ editor, ...props }: EditorProps & { readonly editor: EditorName }) {
  // What does not fit the schema's form is shown as it is, so that it can be seen and mended.
  if (isOdd(editor, props)) return <JsonEditor {...props} />;
  switch (editor) {
    case "text":
      return <SharedTextEditor {...props} />;
    case "set":
      return <SetEditor {...props} />;
    case "map":
      return <MapEditor {...props} />;
    case "style":
      return <StyleEditor {...props} />;
    case "list":
      return <ListEditor {...props} />;
    case "actions":
      return <ActionsEditor {...props} />;
    case "columns":
      return <ColumnsEditor {...props} />;
    case "plainList":
      return <PlainListEditor {...props} />;
    case "sort":
      return <SortEditor {...props} />;
    case "forms":
      return <FormsEditor {...props} />;
    case "object":
      return <ObjectEditor {...props} />;
    case "reference":
      return <ReferenceEditor {...props} />;
    case "fieldPath":
      return <FieldPathEditor {...props} />;
    case "page":
      return <PageEditor {...props} />;
    case "variable":
      return <VariableEditor {...props} />;
    case "binding":
      return <BindingEditor {...props} />;
    case "enum":
      return <EnumEditor {...props} />;
    case "segments":
      return <SegmentsEditor {...props} />;
    case "boolean":
    case "filter":
      return <BooleanEditor {...props} />;
    case "expression":
      return typeof props.value === "boolean" ? <BooleanEditor {...props} /> : <JsonEditor {...props} />;
    case "number":
      return <NumberEditor {...props} />;
    case "date":
      return <DateEditor {...props} />;
    case "duration":
      return <DurationEditor {...props} />;
    case "icon":
      return <IconEditor {...props} />;
    case "timeZone":
      return <TimeZoneEditor {...props} />;
    case "cron":
      return <CronEditor {...props} />;
    case "string":
      return <StringEditor {...props} />;
    case "any":
      return <AnyEditor {...props} />;
    case "json":
      return <JsonEditor {...props} />;
  }
}

const OBJECTS: ReadonlySet<EditorName> = new Set(["map", "style", "object"]);
const SCALARS: ReadonlySet<EditorName> = new Set(["string", "date", "duration", "icon", "timeZone", "cron", "page", "variable", "binding", "number", "boolean"]);

function isOdd(editor: EditorName, { value, schema }: EditorProps): boolean {
  if (value === undefined || value === null) return false;
  if (SCALARS.has(editor)) return misfit(schema, value) !== null;
  if (OBJECTS.has(editor)) return !isObject(value);
  if (editor === "plainList" || editor === "sort") return !Array.isArray(value);
  return editor === "text" && typeof value !== "string";
}

function SharedTextEditor({ id, path, value, hint }: EditorProps) {
  const writer = useWriter();
  const { owner, ids, isReadOnly } = useSubject();
  const language = hint === "code" || hint === "markdown" ? hint : typeName(owner.type) === "Markdown" ? "markdown" : "plain";
  return (
    <CodeField
      id={id}
      owner={owner}
      path={path}
      value={toText(value)}
      language={language}
      isOfSeveral={ids.length > 1}
      // A text that is missing after all is made by the first letter that is typed.
      onChange={(next) => writer.type(path, next)}
      isReadOnly={isReadOnly}
    />
  );
}
