/** The frame of a field: label, control, help and error, tied together for screen readers. */
import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";

import { words } from "../model/schema";
import type { Json, LiveNode } from "../model/types";
import { isExpression, toText } from "../model/value";
import { Store } from "../shared/store";
import { Bound } from "./Bound";
import { useForm } from "./formContext";
import { actionsOf, usePerform } from "./performing";
import { constant, rawAt, useFlag, useProp, useReadable, useText } from "./properties";
import type { Binding, FieldInfo } from "./runtime";
import { useScope } from "./scope";
import { useStage } from "./stage";
import type { RootProps } from "./view";

/** What every control needs so that it is named, described and out of the way on the canvas. */
export interface ControlProps {
  readonly id: string;
  readonly required: boolean;
  readonly disabled: boolean;
  readonly readOnly: boolean;
  readonly tabIndex: number | undefined;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

export interface FieldState {
  readonly node: LiveNode;
  readonly control: ControlProps;
  readonly field: FieldInfo | null;
  readonly label: string;
  readonly error: string | null;
  readonly value: Json;
  /** Takes over what is being typed; `problem` says why it is no value yet. */
  readonly change: (value: Json, problem?: string | null) => void;
  /** The control was left. */
  readonly leave: () => void;
  /** Takes over a finished choice: the change and the leaving at once. */
  readonly choose: (value: Json) => void;
}

const NO_ERROR = constant<string | null>(null);

/** A field that is bound to nothing keeps its own value as long as it is shown. */
function ownBinding(): Binding {
  const value = new Store<Json>(null);
  return { value, error: NO_ERROR, field: null, isReadOnly: false, set: value.set, commit: () => undefined };
}

export function isEmpty(value: Json): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** The words of the label, for messages and lists of problems. */
function useLabel(node: LiveNode, field: FieldInfo | null): string {
  const bind = toText(node.props.bind);
  return useText(node, "label", field?.title || (bind === "" ? "Untitled field" : words(bind.split(".").at(-1) ?? bind)));
}

/** Everything a field view needs; `check` says what is wrong with a value that is not empty. */
export function useField(node: LiveNode, check: (value: Json) => string | null = () => null): FieldState {
  const id = useId();
  const { mode, runtime } = useStage();
  const scope = useScope();
  const form = useForm();
  const perform = usePerform(node);
  const binding = useMemo(() => (node.props.bind !== undefined ? runtime?.binding(node, scope) : null) ?? ownBinding(), [runtime, node, scope]);
  const value = useReadable(binding.value);
  const refusal = useReadable(binding.error);
  const label = useLabel(node, binding.field);
  const isRequired = useFlag(node, "required") || (binding.field?.isRequired ?? false);
  const disabled = useProp(node, "disabled");
  const isReadOnly = useFlag(node, "readOnly") || binding.isReadOnly || (form?.isReadOnly ?? false);
  const typing = useTyping();
  const problem = typing.problem ?? (isEmpty(value) ? (isRequired && !isReadOnly ? `${label} is required.` : null) : check(value));
  const error = mode === "design" ? null : refusal ?? (typing.problem !== null || typing.wasLeft || (form?.attempts ?? 0) > 0 ? problem : null);
  const isDesign = mode === "design";
  useMembership(id, binding.field?.name ?? "", label, isReadOnly ? null : problem);
  const onChange = (): void => {
    if (actionsOf(node, "onChange").length > 0) void perform("onChange");
  };
  const hasHelp = node.props.help !== undefined && node.props.help !== "";
  const described = [hasHelp ? `${id}-help` : "", error !== null ? `${id}-error` : ""].filter((part) => part !== "").join(" ");
  return {
    node,
    field: binding.field,
    label,
    error,
    value,
    control: {
      id,
      required: isRequired,
      // On the canvas a disabled control would swallow the click that selects it.
      disabled: !isDesign && (disabled.state === "pending" || (disabled.state === "ready" && disabled.value === true)),
      readOnly: !isDesign && (isReadOnly || (form?.isBusy ?? false)),
      tabIndex: isDesign ? -1 : undefined,
      "aria-describedby": described === "" ? undefined : described,
      "aria-invalid": error === null ? undefined : true,
    },
    change: (next, trouble = null) => {
      if (isDesign) return;
      typing.begin(trouble);
      if (trouble === null) binding.set(next);
    },
    leave: () => {
      if (!typing.end()) return;
      if (typing.problem === null) binding.commit();
      onChange();
    },
    choose: (next) => {
      if (isDesign) return;
      typing.begin(null);
      typing.end();
      binding.set(next);
      binding.commit();
      onChange();
    },
  };
}

/** Whether something was typed since the control was last left, and what is wrong with it so far. */
function useTyping() {
  const [problem, setProblem] = useState<string | null>(null);
  const [wasLeft, setLeft] = useState(false);
  const isChanged = useRef(false);
  return {
    problem,
    wasLeft,
    begin: (trouble: string | null): void => {
      isChanged.current = true;
      setProblem(trouble);
    },
    end: (): boolean => {
      const was = isChanged.current;
      isChanged.current = false;
      // Passing through an empty field on the way to another is no mistake yet.
      if (was) setLeft(true);
      return was;
    },
  };
}

function useMembership(control: string, name: string, label: string, problem: string | null): void {
  const join = useForm()?.join;
  const latest = useRef({ label, problem });
  useEffect(() => {
    latest.current = { label, problem };
  });
  useEffect(() => join?.(control, { name, label: () => latest.current.label, problem: () => latest.current.problem }), [join, control, name]);
}

export function FieldLabel({ state }: { readonly state: FieldState }) {
  const { node, control, label } = state;
  const isBound = isExpression(rawAt(node, ["label"]));
  return (
    <label htmlFor={control.id} id={`${control.id}-label`}>
      {isBound ? <Bound node={node} name="label" fallback={label} /> : label}
      {control.required && <span aria-hidden className="app-required"> *</span>}
    </label>
  );
}

/** Help and error below a control, by the ids that the control names. */
export function FieldNotes({ state }: { readonly state: FieldState }) {
  const { node, control, error } = state;
  const hasHelp = node.props.help !== undefined && node.props.help !== "";
  return (
    <>
      {hasHelp && (
        <p id={`${control.id}-help`} className="app-help">
          <Bound node={node} name="help" />
        </p>
      )}
      {error !== null && (
        <p id={`${control.id}-error`} className="app-error">
          {error}
        </p>
      )}
    </>
  );
}

interface FieldProps {
  readonly state: FieldState;
  readonly root: RootProps;
  readonly children: ReactNode;
}

export function Field({ state, root, children }: FieldProps) {
  return (
    <div {...root} className="app-field" data-label={state.label} data-invalid={state.error !== null || undefined}>
      <FieldLabel state={state} />
      {children}
      <FieldNotes state={state} />
    </div>
  );
}
