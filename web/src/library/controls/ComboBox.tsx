/**
 * A choice out of many, found by typing: the combobox pattern with a list box of WAI-ARIA.
 *
 * The focus stays in the text control; the list names its active option by id.
 */
import { type KeyboardEvent, useDeferredValue, useId, useMemo, useRef, useState } from "react";

import type { Readable } from "../../shared/store";
import { Glyph } from "../Glyph";
import { useReadable } from "../properties";
import type { Choice, ChoicesState } from "../runtime";
import type { Attributes } from "./inputs";
import { usePopover } from "./popover";

export type ChoiceSource = (search: string) => Readable<ChoicesState>;

interface ComboBoxProps {
  readonly attributes: Attributes;
  readonly name: string;
  readonly source: ChoiceSource;
  readonly chosen: readonly Choice[];
  readonly isMultiple: boolean;
  readonly isClearable: boolean;
  readonly placeholder: string;
  readonly onChoose: (values: readonly string[]) => void;
  readonly onLeave?: () => void;
  readonly onKeyDown?: ((event: KeyboardEvent<HTMLElement>) => void) | undefined;
  readonly autoFocus?: boolean | undefined;
}

/** The chosen values with the labels that are known for them: from the list, else from the record. */
export function useChosen(source: ChoiceSource, values: readonly Choice[]): readonly Choice[] {
  const all = useReadable(useMemo(() => source(""), [source]));
  return values.map((value) => all.choices.find((choice) => choice.value === value.value) ?? value);
}

export function ComboBox(props: ComboBoxProps) {
  const { attributes, chosen, isMultiple, isClearable, placeholder, onChoose } = props;
  const list = useList(props);
  const { isOpen, text, anchor, panel, id } = list;
  const isLocked = attributes.readOnly === true || attributes.disabled === true;
  const only = isMultiple ? undefined : chosen[0];
  const { required, ...rest } = attributes;
  return (
    <div ref={anchor} className="app-combobox" data-locked={isLocked || undefined}>
      {isMultiple && chosen.map((choice) => (
        <span key={choice.value} className="app-tag">
          {choice.label}
          {!isLocked && (
            <button type="button" aria-label={`Remove ${choice.label}`} onClick={() => onChoose(chosen.filter((other) => other !== choice).map(({ value }) => value))}>
              <Glyph name="x" size={12} />
            </button>
          )}
        </span>
      ))}
      <input
        {...rest}
        role="combobox"
        className="app-combobox-input"
        autoComplete="off"
        aria-required={required || undefined}
        aria-expanded={isOpen}
        aria-controls={isOpen ? `${id}-list` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && list.active >= 0 ? `${id}-${list.active}` : undefined}
        value={text ?? only?.label ?? ""}
        placeholder={isMultiple && chosen.length > 0 ? "" : placeholder}
        autoFocus={props.autoFocus}
        onChange={(event) => list.type(event.currentTarget.value)}
        onClick={() => !isLocked && list.open()}
        onKeyDown={list.press}
        onBlur={list.leave}
      />
      {isClearable && !isMultiple && only !== undefined && !isLocked && (
        <button type="button" className="app-combobox-clear" aria-label={`Clear ${props.name}`} onClick={() => onChoose([])}>
          <Glyph name="x" size={14} />
        </button>
      )}
      <span className="app-combobox-mark">
        <Glyph name="chevron-down" size={16} />
      </span>
      {isOpen && <Options list={list} panel={panel} name={props.name} chosen={chosen} isMultiple={isMultiple} />}
    </div>
  );
}

type ListState = ReturnType<typeof useList>;

function useList({ attributes, source, chosen, isMultiple, isClearable, onChoose, onLeave, onKeyDown }: ComboBoxProps) {
  const id = useId();
  const anchor = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const [marked, setMarked] = useState(0);
  const search = useDeferredValue(text ?? "");
  const state = useReadable(useMemo(() => source(search), [source, search]));
  const active = state.choices.length === 0 ? -1 : Math.min(marked, state.choices.length - 1);
  const close = (): void => {
    setOpen(false);
    setText(null);
  };
  usePopover(isOpen, anchor, panel, close);
  const open = (): void => {
    if (isOpen) return;
    setMarked(Math.max(state.choices.findIndex((choice) => chosen.some((own) => own.value === choice.value)), 0));
    setOpen(true);
  };
  const take = (choice: Choice): void => {
    const values = chosen.map((own) => own.value);
    if (!isMultiple) onChoose([choice.value]);
    else onChoose(values.includes(choice.value) ? values.filter((value) => value !== choice.value) : [...values, choice.value]);
    setText(null);
    if (!isMultiple) close();
  };
  const type = (next: string): void => {
    if (attributes.readOnly === true) return;
    // Emptying the text of a choice that may be missing takes the choice away.
    if (next === "" && isClearable && !isMultiple) onChoose([]);
    setText(next);
    setMarked(0);
    setOpen(true);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    const isLocked = attributes.readOnly === true || attributes.disabled === true;
    if (!isLocked && pressed(event, { isOpen, active, state, open, close, setMarked, take })) {
      event.preventDefault();
      event.stopPropagation();
    } else if (isMultiple && event.key === "Backspace" && (text ?? "") === "" && chosen.length > 0) {
      onChoose(chosen.slice(0, -1).map(({ value }) => value));
    } else onKeyDown?.(event);
  };
  const leave = (): void => {
    close();
    onLeave?.();
  };
  return { id, anchor, panel, isOpen, text, state, active, open, take, type, press, leave };
}

interface Pressing {
  readonly isOpen: boolean;
  readonly active: number;
  readonly state: ChoicesState;
  readonly open: () => void;
  readonly close: () => void;
  readonly setMarked: (index: number) => void;
  readonly take: (choice: Choice) => void;
}

/** Whether the key meant something to the list. */
function pressed(event: KeyboardEvent, { isOpen, active, state, open, close, setMarked, take }: Pressing): boolean {
  const count = state.choices.length;
  switch (event.key) {
    case "ArrowDown":
    case "ArrowUp":
      if (!isOpen) open();
      else if (count > 0) setMarked((active + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
      return true;
    case "Enter": {
      const choice = isOpen ? state.choices[active] : undefined;
      if (choice === undefined) return false;
      take(choice);
      return true;
    }
    case "Escape":
      if (!isOpen) return false;
      close();
      return true;
    default:
      return false;
  }
}

interface OptionsProps {
  readonly list: ListState;
  readonly panel: React.RefObject<HTMLDivElement | null>;
  readonly name: string;
  readonly chosen: readonly Choice[];
  readonly isMultiple: boolean;
}

function Options({ list, panel, name, chosen, isMultiple }: OptionsProps) {
  const { id, state, active, take } = list;
  return (
    // Pressing an option must not take the focus out of the text control.
    <div ref={panel} popover="manual" className="app-popup" onMouseDown={(event) => event.preventDefault()}>
      {/* An empty list box would be one without what it must contain. */}
      <ul id={`${id}-list`} role="listbox" aria-label={name} aria-multiselectable={isMultiple || undefined} hidden={state.choices.length === 0}>
        {state.choices.map((choice, index) => (
          <li
            key={choice.value}
            id={`${id}-${index}`}
            role="option"
            className="app-option"
            aria-selected={chosen.some((own) => own.value === choice.value)}
            data-active={index === active || undefined}
            ref={index === active ? scrollToItem : null}
            onClick={() => take(choice)}
          >
            {choice.label}
            {chosen.some((own) => own.value === choice.value) && <Glyph name="check" size={14} />}
          </li>
        ))}
      </ul>
      <p role="status" className="app-popup-note">{noteOf(state)}</p>
    </div>
  );
}

function scrollToItem(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}

function noteOf(state: ChoicesState): string {
  if (state.state === "failed") return `The choices could not be loaded: ${state.error?.message ?? "no reason given"}`;
  if (state.state === "pending" && state.choices.length === 0) return "Looking…";
  if (state.choices.length === 0) return "Nothing found";
  return state.hasMore ? "More exist: type to narrow them down" : "";
}
