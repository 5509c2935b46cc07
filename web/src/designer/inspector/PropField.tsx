/** One property: its label, what is wrong with it, and the editor that its schema asks for. */
import { ListTree, RotateCcw, SquareFunction } from "lucide-react";
import { memo, useState } from "react";

import { expressionFor } from "../../model/loose";
import { editorHint, isExpressionOnly, mergeOf, propertyTitle, takesExpression } from "../../model/schema";
import type { Json, Schema } from "../../model/types";
import { isExpression, toText } from "../../model/value";
import { ExpressionEditor } from "./ExpressionEditor";
import { controlId, isSet, type PlaceProps, propsOf, useCommon, useSubject } from "./field";
import { FieldFrame, FieldHelp, FieldLabel, FieldTool } from "./FieldFrame";
import { type EditorProps, LiteralEditor } from "./LiteralEditor";
import { editorOf, type EditorName, isBuilder, isGroup } from "./logic/editors";
import { readFilter } from "./logic/filter";
import { readTarget } from "./logic/pageTargets";
import { plainListDepth, samePath } from "./logic/paths";
import { ExpressionForAll, MixedNote } from "./Mixed";
import { FilterEditor } from "./editors/FilterEditor";
import { PageEditor } from "./editors/PageEditor";
import { useDesk } from "../desk";
import { isWrittenWhole } from "../models/changes";
import { ValueWords } from "./ValueWords";
import { WholeTextEditor } from "./WholeTextEditor";

export const PropField = memo(PropertyField, (a, b) =>
  a.name === b.name && a.schema === b.schema && a.isRequired === b.isRequired && a.isEntry === b.isEntry && samePath(a.path, b.path));

function PropertyField({ name, path, schema, isRequired = false, isEntry = false }: PlaceProps) {
  const subject = useSubject();
  const { owner, ids, isReadOnly } = subject;
  const { value, isMixed } = useCommon(path);
  const [isAsText, setAsText] = useState(false);
  const desk = useDesk();
  const title = propertyTitle(name, schema);
  const id = controlId(subject, path);
  const editor = editorOf(name, schema);
  const isBuilt = isBuilder(editor) && !isAsText && !isReadOnly && ids.length === 1 && canBuild(editor, value, () => readTarget(value, desk.snapshot) !== null);
  const isForm = isBuilt || !isExpression(value);
  const isLabelled = isReadOnly || (isForm && isGroup(editor));
  return (
    <FieldFrame owner={owner} path={path} schema={schema} value={value} isGroup={isForm && isGroup(editor)} id={id}>
      <div className="dr-field-head">
        <FieldLabel id={id} title={title} isGroup={isLabelled} isRequired={isRequired} />
        {schema.description !== undefined && <FieldHelp title={title} text={schema.description} />}
        <span className="dr-spring" />
        {!isReadOnly && (
          <Tools {...{ name, path, schema, value, title, editor, isBuilt, isAsText, setAsText }} isFixed={isRequired || isEntry} isMixed={isMixed} />
        )}
      </div>
      <Body {...{ id, name, path, schema, value, isRequired, isEntry, editor, isBuilt, isMixed }} hint={editorHint(schema)} />
    </FieldFrame>
  );
}

/** Editors of what names a part of the model: the player looks these up before anything is computed. */
const NAMES: ReadonlySet<EditorName> = new Set(["reference", "fieldPath", "variable", "binding", "sort"]);

interface ToolsProps {
  readonly name: string;
  readonly path: PlaceProps["path"];
  readonly schema: Schema;
  readonly value: Json | undefined;
  readonly title: string;
  readonly editor: EditorName;
  readonly isBuilt: boolean;
  readonly isAsText: boolean;
  readonly setAsText: (isAsText: boolean) => void;
  readonly isFixed: boolean;
  readonly isMixed: boolean;
}

function Tools({ name, path, schema, value, title, editor, isBuilt, isAsText, setAsText, isFixed, isMixed }: ToolsProps) {
  const { owner, writer, isBindable } = useSubject();
  const desk = useDesk();
  const isBound = isExpression(value);
  const isOnly = isExpressionOnly(schema);
  const isMeant = isBindable ? name !== "name" && name !== "path" : editorHint(schema) === "expression" || editor === "filter";
  const isInList = plainListDepth(propsOf(desk.snapshot, owner.id), path) !== null;
  const canBind = !isOnly && (isBound || (isMeant && takesExpression(schema) && !isInList && !NAMES.has(editor) && name !== "action"));
  const isText = isBound && !isBuilt;
  const reset = (): void => (mergeOf(schema) === "lww" ? writer.set(path, undefined) : writer.clear(path));
  const toggle = (): void => {
    writer.begin();
    setAsText(!isText);
    if (isText) writer.set(path, undefined);
    else if (!isBound) writer.set(path, { expr: expressionFor(value) });
  };
  return (
    <>
      {(isSet(value) || isMixed) && !isFixed && (
        <FieldTool label={`Reset ${title}`} tip={resetTip(title, schema.default)} onClick={reset}><RotateCcw size={12} /></FieldTool>
      )}
      {isBuilder(editor) && isText && isAsText && (
        <FieldTool label={`Show ${title} as a form`} onClick={() => setAsText(false)}><ListTree size={13} /></FieldTool>
      )}
      {canBind && (
        <FieldTool label={isText ? `Use a fixed value for ${title}` : `Use an expression for ${title}`} isPressed={isText} onClick={toggle}>
          <SquareFunction size={13} />
        </FieldTool>
      )}
    </>
  );
}

function resetTip(title: string, fallback: Json | undefined): string {
  return fallback === undefined ? `Reset ${title}` : `Reset ${title} to ${toText(fallback) || "empty"}`;
}

function canBuild(editor: EditorName, value: Json | undefined, leads: () => boolean): boolean {
  if (!isExpression(value)) return true;
  return editor === "filter" ? readFilter(value.expr) !== null : leads();
}

interface BodyProps extends EditorProps {
  readonly editor: EditorName;
  readonly isBuilt: boolean;
  readonly isMixed: boolean;
}

function Body({ editor, isBuilt, isMixed, ...props }: BodyProps) {
  const desk = useDesk();
  const { owner, ids, isReadOnly, writer } = useSubject();
  const { id, path, value, schema } = props;
  if (isReadOnly) return <ValueWords id={id} value={value} schema={schema} path={path} />;
  if (isMixed && isGroup(editor) && editor !== "segments") return <MixedNote path={path} schema={schema} />;
  if (isBuilt && editor === "filter") return <FilterEditor {...props} />;
  if (isBuilt && editor === "page") return <PageEditor {...props} />;
  if (isExpression(value) && !isMixed) {
    return ids.length > 1 ? <ExpressionForAll id={id} path={path} source={value.expr} /> : <ExpressionEditor id={id} path={[...path, "expr"]} source={value.expr} />;
  }
  if (editor === "expression" && (value === undefined || value === null) && !isMixed) {
    return <button type="button" id={id} className="dr-add-row" onClick={() => writer.set(path, { expr: "" })}>Write an expression</button>;
  }
  if (editor === "string" && isWrittenWhole(desk.snapshot, owner, path)) return <WholeTextEditor {...props} value={isMixed ? undefined : value} isMixed={isMixed} />;
  return <LiteralEditor {...props} value={isMixed ? undefined : value} isMixed={isMixed} editor={editor} />;
}
