/** One property: its label, what is wrong with it, and the editor that its schema asks for. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { CircleAlert, RotateCcw, SquareFunction } from "lucide-react";
import type { ReactNode } from "react";

import { expressionFor } from "../../model/loose";
import { mergeOf, editorHint, editorKind, isExpressionOnly, propertyTitle, takesExpression } from "../../model/schema";
import { isExpression } from "../../model/value";
import { useConnection, useDesk } from "../desk";
import { useFlash } from "../flash";
import { ExpressionEditor } from "./ExpressionEditor";
import { controlId, type FieldProps, isSet, problemsAt, useSubject } from "./field";
import { LiteralEditor } from "./LiteralEditor";

/** Kinds of editors that are groups of controls: their label names the group. */
const GROUPS: ReadonlySet<string> = new Set(["set", "map", "list", "object"]);

export function PropField(props: FieldProps) {
  const { name, path, schema, value } = props;
  const { owner, isReadOnly, isBindable } = useSubject();
  const desk = useDesk();
  const title = propertyTitle(name, schema);
  const id = controlId(owner.id, path);
  const isBound = isExpression(value);
  const kind = editorKind(schema);
  const isGroup = !isBound && GROUPS.has(kind);
  const isMeant = isBindable ? name !== "name" && name !== "path" : editorHint(schema) === "expression";
  const canBind = isBound || (isMeant && takesExpression(schema) && !isExpressionOnly(schema));
  const reset = (): void => {
    if (mergeOf(schema) === "lww") desk.connection.editor.set(owner.id, path, undefined);
    else desk.connection.editor.clear(owner.id, path);
  };
  const toggle = (): void => {
    desk.connection.stopCapturing();
    desk.connection.editor.set(owner.id, path, isBound ? undefined : { expr: expressionFor(value) });
  };
  const label = (
    <>
      {title}
      {props.isRequired === true && <span className="dr-required" title="Required" aria-hidden> *</span>}
    </>
  );
  return (
    <FieldFrame node={owner.id} path={path} isGroup={isGroup} id={id}>
      <div className="dr-field-head">
        <Tooltip label={schema.description} disabled={schema.description === undefined} multiline maw={260} position="top-start">
          {isGroup ? <span id={`${id}-label`} className="dr-label">{label}</span> : <label htmlFor={id} className="dr-label">{label}</label>}
        </Tooltip>
        <span className="dr-spring" />
        {isSet(value) && !isReadOnly && props.isRequired !== true && props.isEntry !== true && (
          <FieldTool label={`Reset ${title}`} onClick={reset}><RotateCcw size={12} /></FieldTool>
        )}
        {canBind && !isExpressionOnly(schema) && !isReadOnly && (
          <FieldTool label={isBound ? `Use a fixed value for ${title}` : `Use an expression for ${title}`} isPressed={isBound} onClick={toggle}>
            <SquareFunction size={13} />
          </FieldTool>
        )}
      </div>
      {isBound ? (
        <ExpressionEditor id={id} path={[...path, "expr"]} source={value.expr} />
      ) : isExpressionOnly(schema) ? (
        <button type="button" id={id} className="dr-add-row" disabled={isReadOnly} onClick={toggle}>Write an expression</button>
      ) : (
        <LiteralEditor {...props} id={id} kind={kind} hint={editorHint(schema)} />
      )}
    </FieldFrame>
  );
}

interface FieldFrameProps {
  readonly node: string;
  readonly path: FieldProps["path"];
  readonly isGroup: boolean;
  readonly id: string;
  readonly children: ReactNode;
}

function FieldFrame({ node, path, isGroup, id, children }: FieldFrameProps) {
  const flash = useFlash(node, path[0]);
  const all = useConnection((state) => state.problems);
  const refused = useConnection((state) => state.refused);
  const problems = problemsAt(all, node, path);
  // Groups show their members' problems at the members.
  const own = isGroup ? problems.filter((problem) => stepsInProps(problem.path) === path.length) : problems;
  const isRefused = refused !== null && refused.nodes.includes(node) && path.length === 1 && refused.path.includes(path[0] ?? "");
  return (
    <div
      className="dr-field"
      role={isGroup ? "group" : undefined}
      aria-labelledby={isGroup ? `${id}-label` : undefined}
      data-problem={own.length > 0 || undefined}
      data-refused={isRefused || undefined}
    >
      {flash > 0 && path.length === 1 && <span key={flash} className="dr-flash" aria-hidden />}
      {children}
      {own.map((problem, index) => (
        <p key={index} className="dr-field-problem" data-severity={problem.severity}>
          <CircleAlert size={12} aria-hidden /> {problem.message}
        </p>
      ))}
      {isRefused && <p className="dr-field-problem"><CircleAlert size={12} aria-hidden /> Refused: {refused.reason}</p>}
    </div>
  );
}

interface FieldToolProps {
  readonly label: string;
  readonly isPressed?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function FieldTool({ label, isPressed, onClick, children }: FieldToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={20} aria-label={label} aria-pressed={isPressed} data-pressed={isPressed || undefined} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function stepsInProps(path: readonly (string | number)[]): number {
  return path[0] === "props" ? path.length - 1 : path.length;
}
