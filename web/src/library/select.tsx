/** The select field: one or several of written options, of an enumeration, or of a model's records. */
import { useCallback, useMemo } from "react";

import { words } from "../model/schema";
import type { Json, LiveNode } from "../model/types";
import { isExpression, isObject, listEntries, toText } from "../model/value";
import { type ChoiceSource, ComboBox, useChosen } from "./controls/ComboBox";
import { withoutReadOnly } from "./controls/inputs";
import { Expression } from "./Bound";
import { Field, type FieldState, useField } from "./Field";
import { Failure } from "./marks";
import { constant, useFlag, useProp, useText } from "./properties";
import { labelOf, referenceId } from "./records";
import type { AppError, AppRuntime, Choice, ChoicesState, FieldInfo, Resolved } from "./runtime";
import { useScope } from "./scope";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

/** Up to so many options are seen at a glance; beyond it finding by typing is quicker. */
const NATIVE_MAX = 12;
/** Options that are listed at once when they are all known here. */
const LISTED_MAX = 100;

/** One option whose value is kept as it was written: a number stays one. */
export interface Option extends Choice {
  readonly kept: Json;
}

/** The options that a list spells out; words of an enumeration are written as words. */
export function optionsOf(value: Json, isEnum: boolean): readonly Option[] {
  const entries: readonly Json[] = Array.isArray(value) ? value : listEntries(value).map(([, entry]) => (entry.label === undefined && entry.value !== undefined ? entry.value : entry));
  return entries.flatMap((entry): readonly Option[] => {
    const kept = isObject(entry) ? (entry.value ?? entry.label ?? null) : entry;
    const key = toText(kept);
    if (key === "") return [];
    const label = isObject(entry) ? toText(entry.label) : "";
    return [{ value: key, label: label !== "" ? label : isEnum ? words(key) : key, kept }];
  });
}

/** A list that is known here, searched like one that is not. */
export function searched(options: readonly Option[]): ChoiceSource {
  const bySearch = new Map<string, ReturnType<ChoiceSource>>();
  return (search) => {
    const wanted = search.trim().toLocaleLowerCase();
    const found = bySearch.get(wanted);
    if (found !== undefined) return found;
    const choices = options.filter((option) => option.label.toLocaleLowerCase().includes(wanted));
    const state = constant<ChoicesState>({ state: "ready", choices: choices.slice(0, LISTED_MAX), hasMore: choices.length > LISTED_MAX, error: null });
    bySearch.set(wanted, state);
    return state;
  };
}

interface Offer {
  /** Known here as a whole, or null. */
  readonly options: readonly Option[] | null;
  readonly source: ChoiceSource;
  readonly error: AppError | null;
}

const NOTHING: ChoiceSource = searched([]);

function isFromModel(raw: Json | undefined): boolean {
  return isObject(raw) && !isExpression(raw) && raw.model !== undefined && raw.model !== null;
}

function useOffer(node: LiveNode, field: FieldInfo | null): Offer {
  const { runtime } = useStage();
  const scope = useScope();
  const raw = node.props.options;
  const given = useProp(node, "options");
  const model = useCallback<ChoiceSource>((search) => (runtime === null ? NOTHING(search) : runtime.choices(node, scope, search)), [runtime, node, scope]);
  return useMemo(() => offerOf(runtime, raw, given, field, model), [runtime, raw, given, field, model]);
}

function offerOf(runtime: AppRuntime | null, raw: Json | undefined, given: Resolved, field: FieldInfo | null, model: ChoiceSource): Offer {
  if (isFromModel(raw)) return { options: null, source: model, error: null };
  if (raw === undefined && field !== null && field.type === "Reference" && runtime !== null) {
    return { options: null, source: (search) => runtime.references(field.target, search), error: null };
  }
  if (given.state === "failed") return { options: [], source: NOTHING, error: given.error };
  const isEnum = raw === undefined || (isExpression(raw) && /^\s*enums\./u.test(raw.expr));
  const options = optionsOf(raw === undefined ? (field?.values ?? []) : given.state === "ready" ? given.value : [], isEnum);
  return { options, source: searched(options), error: null };
}

export function SelectView({ node, root }: ViewProps) {
  const { runtime } = useStage();
  const raw = node.props.options;
  const state = useField(node);
  const offer = useOffer(node, state.field);
  const isMultiple = useFlag(node, "multiple");
  const isNative = offer.options !== null && offer.options.length <= NATIVE_MAX && !isMultiple;
  return (
    <Field state={state} root={root}>
      {isNative ? <NativeSelect state={state} options={offer.options ?? []} /> : <ChoiceSelect state={state} offer={offer} isMultiple={isMultiple} />}
      {offer.error !== null && <Failure error={offer.error} />}
      {runtime === null && isExpression(raw) && <Expression source={raw.expr} />}
    </Field>
  );
}

function usePrompt({ node }: FieldState): string {
  const isClearable = useFlag(node, "clearable");
  // A filter without a choice lets everything through; a record without one has none.
  const none = toText(node.props.bind).startsWith("vars.") ? "Any" : "None";
  return useText(node, "placeholder", isClearable ? none : "Choose…");
}

function NativeSelect({ state, options }: { readonly state: FieldState; readonly options: readonly Option[] }) {
  const prompt = usePrompt(state);
  const isClearable = useFlag(state.node, "clearable");
  const value = toText(state.value);
  const isKnown = value === "" || options.some((option) => option.value === value);
  return (
    <select
      {...withoutReadOnly(state.control)}
      className="app-input app-select"
      value={value}
      onChange={(event) => {
        const { value: chosen } = event.currentTarget;
        state.choose(options.find((option) => option.value === chosen)?.kept ?? (chosen === "" ? null : chosen));
      }}
      onBlur={state.leave}
    >
      {/* What has to be chosen cannot be unchosen, but it can be not chosen yet. */}
      <option value="" disabled={state.control.required && !isClearable && value !== ""}>
        {prompt}
      </option>
      {!isKnown && <option value={value}>{words(value)}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

interface ChoiceSelectProps {
  readonly state: FieldState;
  readonly offer: Offer;
  readonly isMultiple: boolean;
}

function ChoiceSelect({ state, offer, isMultiple }: ChoiceSelectProps) {
  const { mode, runtime } = useStage();
  const isClearable = useFlag(state.node, "clearable") || !state.control.required;
  const prompt = usePrompt(state);
  const target = runtime?.model(state.field?.target ?? "") ?? null;
  const values: readonly Json[] = isMultiple ? (Array.isArray(state.value) ? state.value : []) : state.value === null || state.value === "" ? [] : [state.value];
  const chosen = useChosen(offer.source, values.map((value) => ({ value: referenceId(value), label: isObject(value) ? labelOf(value, target) : toText(value) })));
  const kept = (key: string): Json => offer.options?.find((option) => option.value === key)?.kept ?? key;
  return (
    <ComboBox
      attributes={mode === "design" ? { ...state.control, readOnly: true } : state.control}
      name={state.label}
      source={offer.source}
      chosen={chosen}
      isMultiple={isMultiple}
      isClearable={isClearable}
      placeholder={prompt}
      onChoose={(keys) => state.choose(isMultiple ? keys.map(kept) : keys[0] === undefined ? null : kept(keys[0]))}
      onLeave={state.leave}
    />
  );
}
