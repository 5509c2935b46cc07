/** A form: edits one record and saves it as a whole, or performs what is to happen with its fields. */
import { type FormEvent, Fragment, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { typeName } from "../model/registry";
import { words } from "../model/schema";
import type { Snapshot } from "../model/snapshot";
import type { LiveNode } from "../model/types";
import { toText } from "../model/value";
import { useSelect } from "../shared/store";
import { Bound } from "./Bound";
import { FormContext, type FormSurroundings, type Member } from "./formContext";
import { Glyph } from "./Glyph";
import { Empty, reasonOf, Unavailable } from "./marks";
import { Slot } from "./NodeView";
import { actionsOf, useOnce, usePerform } from "./performing";
import { constant, useFlag, useReadable } from "./properties";
import type { RecordController, RecordState } from "./runtime";
import { ScopeContext, useRecordScope, useScope } from "./scope";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

const NO_RECORD: RecordState = {
  state: "ready", isNew: false, isDirty: false, isSaving: false, saved: null, values: {}, fieldErrors: {}, error: null,
};
const NO_RECORDS = constant(NO_RECORD);

export function FormView(props: ViewProps) {
  const { mode } = useStage();
  return mode === "design" ? <DesignedForm {...props} /> : <PlayedForm {...props} />;
}

function DesignedForm({ node, root }: ViewProps) {
  const { runtime } = useStage();
  const around = useScope();
  const controller = useMemo(() => runtime?.record(node, around) ?? null, [runtime, node, around]);
  const scope = useRecordScope(controller ?? around.record);
  return (
    <ScopeContext value={scope}>
      <form {...root} className="app-form" noValidate>
        <Slot node={node} hint="Empty form: add fields" />
        {node.props.submitLabel !== undefined && (
          <button type="submit" className="app-button" data-variant="primary" tabIndex={-1}>
            <Bound node={node} name="submitLabel" fallback="Save" />
          </button>
        )}
      </form>
    </ScopeContext>
  );
}

/** What stands in the form, as far as sending it is concerned. */
interface Contents {
  readonly hasSubmit: boolean;
  readonly editsRecord: boolean;
}

function contentsOf(node: LiveNode, snapshot: Snapshot): Contents {
  const inside = snapshot.subtree(node.id);
  const dialog = snapshot.path(node.id).findLast((step) => typeName(step.type) === "Dialog");
  const footer = dialog === undefined ? [] : snapshot.children(dialog.id, "footer").flatMap((child) => snapshot.subtree(child.id));
  return {
    hasSubmit: [...inside, ...footer].some((part) => typeName(part.type) === "Button" && part.props.type === "submit"),
    editsRecord: node.props.dataSource !== undefined || inside.some((part) => toText(part.props.bind).startsWith("record.")),
  };
}

const sameContents = (a: Contents, b: Contents): boolean => a.hasSubmit === b.hasSubmit && a.editsRecord === b.editsRecord;

function PlayedForm({ node, root }: ViewProps) {
  const { runtime, snapshots } = useStage();
  const around = useScope();
  const contents = useSelect(snapshots, (snapshot) => contentsOf(node, snapshot), sameContents);
  const own = useMemo(() => runtime?.record(node, around) ?? null, [runtime, node, around]);
  const controller = contents.editsRecord ? own : null;
  const scope = useRecordScope(controller ?? around.record);
  return (
    <ScopeContext value={scope}>
      <RecordForm node={node} root={root} controller={controller} hasSubmit={contents.hasSubmit} />
    </ScopeContext>
  );
}

interface RecordFormProps extends ViewProps {
  readonly controller: RecordController | null;
  readonly hasSubmit: boolean;
}

function RecordForm({ node, root, controller, hasSubmit }: RecordFormProps) {
  const state = useReadable(controller?.state ?? NO_RECORDS);
  const form = useRef<HTMLFormElement>(null);
  const isReadOnly = useFlag(node, "readOnly");
  const submission = useSubmission(node, controller, form);
  const { attempts, join } = submission;
  const isBusy = state.isSaving || submission.isRunning;
  // Fields that hold half a number forget it when the record goes back to what is saved.
  const [generation, setGeneration] = useState(0);
  const discard = (): void => {
    controller?.discard();
    setGeneration((count) => count + 1);
  };
  const surroundings = useMemo((): FormSurroundings => ({ isReadOnly, isBusy, attempts, join }), [isReadOnly, isBusy, attempts, join]);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    // React lets a form's event rise through portals and forms of dialogs inside this one.
    if (event.target === form.current && !isReadOnly && !state.isSaving) submission.run();
  };
  const reset = (event: FormEvent): void => {
    event.preventDefault();
    if (event.target === form.current) discard();
  };
  if (state.state === "failed" && state.saved === null) return <div {...root} className="app-form"><Unavailable error={state.error} what="This record" /></div>;
  if (state.state === "missing") return <div {...root} className="app-form"><Empty title="Record not found">It may have been deleted.</Empty></div>;
  return (
    <form {...root} ref={form} className="app-form" noValidate aria-busy={isBusy || state.state === "pending"} onSubmit={send} onReset={reset}>
      <FormContext value={surroundings}>
        <Problems found={submission.found} state={state} controller={controller} memberOf={submission.memberOf} />
        <Fragment key={generation}>
          <Slot node={node} />
        </Fragment>
        {!isReadOnly && <Footer node={node} controller={controller} state={state} isBusy={isBusy} hasSubmit={hasSubmit} onDiscard={discard} />}
      </FormContext>
    </form>
  );
}

const NOTHING_FOUND: Found = [];

/** What a form found wrong before sending it: the label of each field and why. */
type Found = readonly { readonly label: string; readonly reason: string; readonly control: string; readonly name: string }[];

function useSubmission(node: LiveNode, controller: RecordController | null, form: React.RefObject<HTMLFormElement | null>) {
  const perform = usePerform(node);
  const members = useRef(new Map<string, Member>());
  const [attempts, setAttempts] = useState(0);
  // What was wrong with one record is not wrong with the next one that the form shows.
  const [last, setLast] = useState<{ readonly controller: RecordController | null; readonly found: Found }>({ controller, found: NOTHING_FOUND });
  const found = last.controller === controller ? last.found : NOTHING_FOUND;
  const join = useCallback((control: string, member: Member) => {
    members.current.set(control, member);
    return () => void members.current.delete(control);
  }, []);
  const { isRunning, run } = useOnce(async () => {
    const problems = [...members.current].flatMap(([control, member]) => {
      const reason = member.problem();
      return reason === null ? [] : [{ label: member.label(), reason, control, name: member.name }];
    });
    setLast({ controller, found: problems });
    const isSaved = problems.length === 0 && (controller === null || (await controller.save()));
    if (!isSaved) setAttempts((count) => count + 1);
    else {
      setAttempts(0);
      await perform("onSubmit");
    }
  });
  // After the refusal is drawn: the first field in the order of reading that says it is wrong.
  useEffect(() => {
    if (attempts > 0 && !isRunning) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]:not([disabled])')?.focus();
  }, [attempts, isRunning, form]);
  const memberOf = useCallback((name: string) => [...members.current].find(([, member]) => name !== "" && member.name === name) ?? null, []);
  return { attempts, found, join, memberOf, isRunning, run };
}

interface ProblemsProps {
  readonly found: Found;
  readonly state: RecordState;
  readonly controller: RecordController | null;
  readonly memberOf: (name: string) => readonly [control: string, member: Member] | null;
}

function Problems({ found, state, controller, memberOf }: ProblemsProps) {
  const box = useRef<HTMLDivElement>(null);
  const refused = Object.entries(state.fieldErrors).map(([name, reason]) => ({
    label: memberOf(name)?.[1].label() ?? controller?.model?.fields.find((field) => field.name === name)?.title ?? words(name),
    reason,
    name,
    control: "",
  }));
  const all = found.length > 0 ? found : refused;
  if (all.length === 0 && state.error === null) return null;
  const go = (control: string, name: string): void => {
    const id = control === "" ? memberOf(name)?.[0] : control;
    if (id !== undefined) box.current?.closest("form")?.querySelector<HTMLElement>(`#${CSS.escape(id)}`)?.focus();
  };
  return (
    <div ref={box} className="app-problems" role="alert">
      <Glyph name="alert-triangle" size={18} />
      <div>
        <strong>{all.length === 0 ? "Not saved" : all.length === 1 ? "One field needs attention" : `${all.length} fields need attention`}</strong>
        {state.error !== null && <p>{reasonOf(state.error)}</p>}
        {all.length > 0 && (
          <ul>
            {all.map(({ label, reason, control, name }, index) => (
              <li key={index}>
                <button type="button" className="app-problem" onClick={() => go(control, name)}>
                  {label}
                </button>
                : {reason}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

interface FooterProps {
  readonly node: LiveNode;
  readonly controller: RecordController | null;
  readonly state: RecordState;
  readonly isBusy: boolean;
  readonly hasSubmit: boolean;
  readonly onDiscard: () => void;
}

function Footer({ node, controller, state, isBusy, hasSubmit, onDiscard }: FooterProps) {
  const perform = usePerform(node);
  const hasCancel = actionsOf(node, "onCancel").length > 0;
  const mayDiscard = controller !== null && state.isDirty && !state.isNew;
  if (hasSubmit && !hasCancel && !mayDiscard) return null;
  const mayNot = controller?.model !== null && controller?.model !== undefined && !(state.isNew ? controller.model.mayCreate : controller.model.mayUpdate);
  return (
    <div className="app-form-footer">
      {!hasSubmit && (
        <button type="submit" className="app-button" data-variant="primary" aria-disabled={isBusy || undefined} aria-busy={isBusy || undefined} disabled={mayNot || state.state === "pending"}>
          {isBusy && <span className="app-spinner" aria-hidden />}
          {node.props.submitLabel === undefined ? (state.isNew ? "Create" : controller === null ? "Send" : "Save") : <Bound node={node} name="submitLabel" fallback="Save" isWithinControl />}
        </button>
      )}
      {mayDiscard && (
        <button type="button" className="app-button" data-variant="subtle" disabled={isBusy} onClick={onDiscard}>
          Discard changes
        </button>
      )}
      {hasCancel && (
        <button type="button" className="app-button" data-variant="subtle" disabled={isBusy} onClick={() => void perform("onCancel")}>
          Cancel
        </button>
      )}
      {mayNot && <span className="app-help">You may not {state.isNew ? "create" : "change"} this.</span>}
    </div>
  );
}
