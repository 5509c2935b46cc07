/** The control for one field of a row: the same in a cell that is edited and in a new row. */
import { type KeyboardEvent, useMemo } from "react";

import { words } from "../../model/schema";
import { isObject, toText } from "../../model/value";
import { type ChoiceSource, ComboBox, useChosen } from "../controls/ComboBox";
import { type InputProps, withoutReadOnly } from "../controls/inputs";
import { NumberInput } from "../controls/NumberInput";
import { type DateMode, dateText, dateValue } from "../fields";
import type { Format } from "../formats";
import { labelOf, referenceId } from "../records";
import type { AppRuntime, FieldInfo } from "../runtime";
import { useStage } from "../stage";

export interface CellControlProps extends InputProps {
  readonly field: FieldInfo;
  readonly format: Format;
  readonly title: string;
}

export function CellControl(props: CellControlProps) {
  const { field, attributes, value, onChange, onLeave, onKeyDown, autoFocus } = props;
  switch (field.type) {
    case "Integer":
    case "Decimal":
      return <NumberInput {...props} />;
    case "Boolean":
      return (
        <input {...withoutReadOnly(attributes)} required={undefined} type="checkbox" className="app-checkbox" checked={value === true} autoFocus={autoFocus}
          onChange={(event) => onChange(event.currentTarget.checked, null)} onBlur={onLeave} onKeyDown={onKeyDown} />
      );
    case "Enum":
      return <EnumControl {...props} />;
    case "Reference":
      return <ReferenceControl {...props} />;
    case "Date":
    case "Time":
    case "DateTime":
      return <DateControl {...props} mode={field.type === "Date" ? "date" : field.type === "Time" ? "time" : "dateTime"} />;
    default:
      return (
        <input {...attributes} className="app-input" type={field.type === "Email" ? "email" : field.type === "Url" ? "url" : "text"} value={toText(value)} autoFocus={autoFocus}
          autoComplete="off" onChange={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value, null)} onBlur={onLeave} onKeyDown={onKeyDown} />
      );
  }
}

function EnumControl({ field, attributes, value, onChange, onLeave, onKeyDown, autoFocus }: CellControlProps) {
  return (
    <select {...withoutReadOnly(attributes)} className="app-input app-select" value={toText(value)} autoFocus={autoFocus}
      onChange={(event) => onChange(event.currentTarget.value || null, null)} onBlur={onLeave} onKeyDown={onKeyDown}>
      <option value="" disabled={field.isRequired}>Choose…</option>
      {field.values.map((word) => (
        <option key={word} value={word}>{words(word)}</option>
      ))}
    </select>
  );
}

function DateControl({ attributes, value, onChange, onLeave, onKeyDown, autoFocus, mode }: CellControlProps & { readonly mode: DateMode }) {
  return (
    <input {...attributes} className="app-input" type={mode === "dateTime" ? "datetime-local" : mode} value={dateText(value, mode)} autoFocus={autoFocus}
      onChange={(event) => onChange(dateValue(event.currentTarget.value, mode), null)} onBlur={onLeave} onKeyDown={onKeyDown} />
  );
}

function sourceOf(runtime: AppRuntime, target: string): ChoiceSource {
  return (search) => runtime.references(target, search);
}

function ReferenceControl(props: CellControlProps) {
  const { runtime } = useStage();
  return runtime === null ? null : <KnownReference {...props} runtime={runtime} />;
}

function KnownReference({ field, title, attributes, value, onChange, onLeave, onKeyDown, autoFocus, runtime }: CellControlProps & { readonly runtime: AppRuntime }) {
  const source = useMemo(() => sourceOf(runtime, field.target), [runtime, field.target]);
  const id = referenceId(value);
  const chosen = useChosen(source, id === "" ? [] : [{ value: id, label: isObject(value) ? labelOf(value, runtime.model(field.target)) : id }]);
  return (
    <ComboBox attributes={attributes} name={title} source={source} chosen={chosen} isMultiple={false} isClearable={!field.isRequired} placeholder="Choose…"
      autoFocus={autoFocus} onChoose={(keys) => onChange(keys[0] ?? null, null)} onLeave={onLeave} onKeyDown={onKeyDown} />
  );
}

/** What the keys of an editor in a table mean, or null. */
export function editingKey(event: KeyboardEvent): "commit" | "cancel" | "next" | "previous" | null {
  if (event.key === "Enter") return "commit";
  if (event.key === "Escape") return "cancel";
  if (event.key === "Tab") return event.shiftKey ? "previous" : "next";
  return null;
}
