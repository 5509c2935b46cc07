/** Views of input fields: a label, the control, a help text, and what the field is bound to. */
import { type ReactNode, useId } from "react";

import { words } from "../model/schema";
import type { LiveNode } from "../model/types";
import { isExpression, isObject, toText } from "../model/value";
import { Bound, Expression } from "./Bound";
import { choice, flag, literal, number, options, text } from "./read";
import { useStage } from "./stage";
import type { RootProps, ViewProps } from "./view";

interface FieldProps {
  readonly node: LiveNode;
  readonly root: RootProps;
  readonly children: (control: Control) => ReactNode;
}

/** What every control needs so that it is named, described and out of the way on the canvas. */
interface Control {
  readonly id: string;
  readonly className: string;
  readonly required: boolean;
  readonly disabled: boolean;
  readonly tabIndex: number | undefined;
  readonly "aria-describedby": string | undefined;
}

function useControl(node: LiveNode): Control {
  const id = useId();
  const isDesign = useStage().mode === "design";
  const hasHelp = node.props.help !== undefined;
  return {
    id,
    className: "app-input",
    required: flag(node, "required"),
    // On the canvas a disabled control would swallow the click that selects it.
    disabled: !isDesign && flag(node, "disabled"),
    tabIndex: isDesign ? -1 : undefined,
    "aria-describedby": hasHelp ? `${id}-help` : undefined,
  };
}

function Label({ node }: { readonly node: LiveNode }) {
  const bind = toText(node.props.bind);
  return <Bound value={node.props.label} fallback={bind === "" ? "Untitled field" : words(bind.split(".").at(-1) ?? bind)} />;
}

function Field({ node, root, children }: FieldProps) {
  const control = useControl(node);
  return (
    <div {...root} className="app-field">
      <label htmlFor={control.id}>
        <Label node={node} />
        {control.required && <span aria-hidden className="app-required"> *</span>}
      </label>
      {children(control)}
      <Help node={node} id={`${control.id}-help`} />
    </div>
  );
}

function Help({ node, id }: { readonly node: LiveNode; readonly id: string }) {
  const help = node.props.help;
  if (help === undefined || help === "") return null;
  return (
    <p id={id} className="app-help">
      <Bound value={help} />
    </p>
  );
}

export function TextFieldView({ node, root }: ViewProps) {
  return (
    <Field node={node} root={root}>
      {(control) => <input {...control} type={inputType(node)} placeholder={text(node, "placeholder")} />}
    </Field>
  );
}

function inputType(node: LiveNode): string {
  return choice(node, "type", ["text", "email", "url", "tel", "search", "password"], "text");
}

export function TextAreaView({ node, root }: ViewProps) {
  const rows = Math.min(Math.max(number(node, "rows", 4), 1), 40);
  return (
    <Field node={node} root={root}>
      {(control) => <textarea {...control} rows={rows} placeholder={text(node, "placeholder")} />}
    </Field>
  );
}

export function NumberFieldView({ node, root }: ViewProps) {
  return (
    <Field node={node} root={root}>
      {(control) => <input {...control} type="number" inputMode="decimal" placeholder={text(node, "placeholder")} step="any" />}
    </Field>
  );
}

export function DateFieldView({ node, root }: ViewProps) {
  const mode = choice(node, "mode", ["date", "time", "dateTime"], "date");
  const type = mode === "dateTime" ? "datetime-local" : mode;
  return (
    <Field node={node} root={root}>
      {(control) => <input {...control} type={type} />}
    </Field>
  );
}

export function FileFieldView({ node, root }: ViewProps) {
  return (
    <Field node={node} root={root}>
      {(control) => <input {...control} type="file" multiple={flag(node, "multiple")} />}
    </Field>
  );
}

export function SelectView({ node, root }: ViewProps) {
  const source = literal(node, "options");
  const isFromModel = isObject(source) && source.model !== undefined;
  const choices = isFromModel ? [] : options(source);
  const bound = node.props.options;
  return (
    <Field node={node} root={root}>
      {(control) => (
        <>
          <select {...control} defaultValue="">
            <option value="">{flag(node, "clearable") ? "Any" : text(node, "placeholder", "Choose…")}</option>
            {choices.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          {isExpression(bound) && <Expression source={bound.expr} />}
        </>
      )}
    </Field>
  );
}

export function CheckboxView({ node, root }: ViewProps) {
  return <Toggle node={node} root={root} role="checkbox" />;
}

export function SwitchView({ node, root }: ViewProps) {
  return <Toggle node={node} root={root} role="switch" />;
}

function Toggle({ node, root, role }: ViewProps & { readonly role: "checkbox" | "switch" }) {
  const control = useControl(node);
  return (
    <div {...root} className="app-toggle">
      <input {...control} type="checkbox" role={role} className={`app-${role}`} />
      <label htmlFor={control.id}>
        <Label node={node} />
      </label>
      <Help node={node} id={`${control.id}-help`} />
    </div>
  );
}
