/** What is around every field: problems, a refusal, a conflict, who else is in it, and the flash of a change. */
import { CircleAlert, CircleHelp, Wrench } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";

import type { PropPath } from "../../model/editor";
import type { Json, LiveNode, Problem, Schema } from "../../model/types";
import { inkOn } from "../../shared/people";
import { sameItems, useSelect } from "../../shared/store";
import { FieldConflict } from "../conflicts/FieldConflict";
import { FieldRefusal } from "../panels/FieldRefusal";
import { concerns } from "../panels/refusals";
import { useDesk } from "../desk";
import { problemsAt, useSubject } from "./field";
import { fixFor, stepsOf } from "./logic/fixes";
import { useEditors, useForeignChange } from "./useFieldLife";

interface FieldFrameProps {
  readonly owner: LiveNode;
  readonly path: PropPath;
  readonly schema: Schema;
  readonly value: Json | undefined;
  readonly isGroup: boolean;
  readonly id: string;
  readonly children: ReactNode;
}

export function FieldFrame({ owner, path, schema, value, isGroup, id, children }: FieldFrameProps) {
  const { connection, changedProps } = useDesk();
  const isChanged = useSelect(changedProps, (all) => path.length === 1 && all.get(owner.id)?.has(path[0] ?? "") === true);
  const flash = useForeignChange(owner.id, path, value, isGroup);
  const problems = useSelect(
    connection.state,
    (state) => {
      const all = problemsAt(state.problems, owner.id, path);
      // Groups show their members' problems at the members.
      return isGroup ? all.filter((problem) => stepsOf(problem).length === path.length) : all;
    },
    sameItems,
  );
  const isRefused = useSelect(connection.refusals.list, (list) => list.some((refusal) => concerns(refusal, owner.id, path)));
  return (
    <div
      className="dr-field"
      role={isGroup ? "group" : undefined}
      aria-labelledby={isGroup ? `${id}-label` : undefined}
      data-field={JSON.stringify(path)}
      data-problem={problems.length > 0 || undefined}
      data-refused={isRefused || undefined}
      data-changed-field={isChanged || undefined}
    >
      {isChanged && <span className="dr-changed-mark" title="Changed in this revision"><span className="dr-hidden">Changed in this revision</span></span>}
      {flash > 0 && <span key={flash} className="dr-flash" aria-hidden />}
      <OthersHere node={owner.id} path={path} />
      {children}
      <FieldConflict node={owner.id} path={path} />
      {problems.map((problem, index) => <ProblemLine key={index} problem={problem} owner={owner} schema={schema} />)}
      <FieldRefusal node={owner.id} path={path} />
    </div>
  );
}

/** The names of those who edit the field, laid over its head, so that nothing moves when they come. */
function OthersHere({ node, path }: { readonly node: string; readonly path: PropPath }) {
  const others = useEditors(node, path);
  const [first, ...rest] = others;
  if (first === undefined) return null;
  const style: CSSProperties = { background: first.color, color: inkOn(first.color) };
  const names = others.map(({ name }) => name).join(", ");
  return (
    <>
      <span className="dr-here-bar" style={{ background: first.color }} aria-hidden />
      <span className="dr-here" role="note" aria-label={`${names} ${others.length === 1 ? "is" : "are"} editing this`} title={names} style={style} dir="auto">
        {first.name}{rest.length > 0 && ` +${rest.length}`}
      </span>
    </>
  );
}

interface ProblemLineProps {
  readonly problem: Problem;
  readonly owner: LiveNode;
  readonly schema: Schema;
}

function ProblemLine({ problem, owner, schema }: ProblemLineProps) {
  const desk = useDesk();
  const { writer, isReadOnly, ids } = useSubject();
  const fix = isReadOnly || ids.length > 1 ? null : fixFor(problem, owner, schema, desk.snapshot);
  return (
    <p className="dr-field-problem" data-severity={problem.severity}>
      <CircleAlert size={12} aria-hidden />
      <span>
        {problem.message}
        {fix !== null && (
          <button
            type="button"
            className="dr-fix"
            onClick={() => {
              writer.begin();
              writer.set(fix.path, fix.value);
            }}
          >
            <Wrench size={11} aria-hidden /> {fix.title}
          </button>
        )}
      </span>
    </p>
  );
}

interface LabelProps {
  readonly id: string;
  readonly title: string;
  /** A group of controls is named by its label, but the label is of none of them. */
  readonly isGroup: boolean;
  readonly isRequired: boolean;
}

export function FieldLabel({ id, title, isGroup, isRequired }: LabelProps) {
  const words = (
    <>
      {title}
      {isRequired && <span className="dr-required" title="Required" aria-hidden> *</span>}
    </>
  );
  if (isGroup) return <span id={`${id}-label`} className="dr-label" dir="auto">{words}</span>;
  return <label id={`${id}-label`} htmlFor={id} className="dr-label" dir="auto">{words}</label>;
}

/** The description of a property, for the pointer and the keyboard alike. */
export function FieldHelp({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <button type="button" className="dr-help" aria-label={`About ${title}: ${text}`} data-tip={text}><CircleHelp size={12} aria-hidden /></button>
  );
}

interface FieldToolProps {
  readonly label: string;
  readonly tip?: string;
  readonly isPressed?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function FieldTool({ label, tip, isPressed, onClick, children }: FieldToolProps) {
  return (
    <button type="button" className="dr-tool" aria-label={label} aria-description={tip} data-tip={tip ?? label} aria-pressed={isPressed} data-pressed={isPressed || undefined} onClick={onClick}>
      {children}
    </button>
  );
}
