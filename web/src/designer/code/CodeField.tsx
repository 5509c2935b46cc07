/**
 * A field of text with a language: expressions, Markdown, code.
 *
 * The editor comes after the page; until it is there a plain text area stands in, so that the field
 * can be read, found by its label and typed into from the first moment.
 */
import { useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";
import type * as Y from "yjs";

import type { PropPath } from "../../model/editor";
import { ROOT, type LiveNode } from "../../model/types";
import { Store, useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { LiveTextarea } from "../inspector/LiveInput";
import type { Language, mount, Mounted } from "./mount";
import "./code.css";

export type FieldLanguage = "expression" | "markdown" | "code" | "plain";

export interface CodeFieldProps {
  readonly id: string;
  readonly owner: LiveNode;
  /** Where the text stands in the owner's props; for an expression it ends with `expr`. */
  readonly path: PropPath;
  readonly value: string;
  readonly language: FieldLanguage;
  readonly isReadOnly: boolean;
  /** Several nodes are edited at once: `onChange` writes all of them, and no single text is shown. */
  readonly isOfSeveral?: boolean;
  /** Writes a value that is no shared text. */
  readonly onChange: (value: string) => void;
  readonly onBlur?: ((value: string) => void) | undefined;
  readonly placeholder?: string;
  /** Id of what says more about the field, such as what is wrong. */
  readonly describedBy?: string | undefined;
  readonly isInvalid?: boolean;
  /** The name, where no label on the page is for this field. */
  readonly label?: string | undefined;
}

type Mount = typeof mount;

const loaded = new Store<Mount | null>(null);
let isAsked = false;

function useMount(): Mount | null {
  useEffect(() => {
    if (isAsked) return;
    isAsked = true;
    // Without it the plain field stays, which does all that is needed.
    import("./mount").then(({ mount: found }) => loaded.set(found), () => (isAsked = false));
  }, []);
  return useSelect(loaded, (value) => value);
}

export function CodeField(props: CodeFieldProps) {
  const { id, owner, path, value, language, isReadOnly, onChange, onBlur } = props;
  const found = useMount();
  const { editor, model } = useDesk().connection;
  // A text that was replaced as a whole says the same and is another one.
  const text = useSelect(model.snapshots, () => (props.isOfSeveral === true ? null : editor.text(owner.id, path)));
  const hasFocus = useRef(false);
  if (found === null) {
    return (
      <LiveTextarea
        id={id}
        value={value}
        label={props.label}
        isReadOnly={isReadOnly}
        isCode={language !== "markdown"}
        isInvalid={props.isInvalid === true}
        rows={Math.min(Math.max(value.split("\n").length, language === "expression" ? 1 : 3), 8)}
        {...(props.placeholder !== undefined && { placeholder: props.placeholder })}
        onChange={(next) => {
          hasFocus.current = true;
          if (text !== null) editor.type(owner.id, path, next);
          else onChange(next);
        }}
        onBlur={(next) => {
          hasFocus.current = false;
          onBlur?.(next);
        }}
      />
    );
  }
  return <Mount key={`${owner.id}/${path.join("/")}`} {...props} mount={found} text={text} takesFocus={hasFocus.current} />;
}

interface MountProps extends CodeFieldProps {
  readonly mount: Mount;
  readonly text: Y.Text | null;
  /** Somebody was typing into the field that this one replaces. */
  readonly takesFocus: boolean;
}

function Mount(props: MountProps) {
  const { mount: create, text, takesFocus, value, language, isReadOnly } = props;
  const { connection } = useDesk();
  const host = useRef<HTMLDivElement>(null);
  const mounted = useRef<Mounted | null>(null);
  const resume = useRef<number | null>(null);
  const attributes = useEffectEvent(() => attributesOf(props, host.current));
  const onChange = useEffectEvent((next: string) => props.onChange(next));
  const latest = useRef(props.owner);
  const place = useEffectEvent((): Language => {
    if (language !== "expression") return { kind: language };
    const path = props.path.at(-1) === "expr" ? props.path.slice(0, -1) : props.path;
    return { kind: "expression", place: { snapshot: connection.model.snapshots.get, node: () => latest.current, path } };
  });
  const onFocus = useEffectEvent((hasFocus: boolean, now: string) => {
    connection.stopCapturing();
    if (!hasFocus) props.onBlur?.(now);
  });
  const start = useEffectEvent((parent: HTMLElement): Mounted => create({
    parent, value, language: place(), isReadOnly,
    shared: text === null ? null : { text, editor: connection.editor, awareness: connection.presence.awareness },
    attributes: attributes(),
    placeholder: props.placeholder ?? "",
    onUndo: () => connection.undo(),
    onRedo: () => connection.redo(),
    onChange: (next) => onChange(next),
    onFocus: (hasFocus, now) => onFocus(hasFocus, now),
  }));
  useLayoutEffect(() => {
    latest.current = props.owner;
  });
  useEffect(() => {
    if (host.current === null) return undefined;
    const editor = start(host.current);
    mounted.current = editor;
    const resumed = resume.current ?? (takesFocus ? Infinity : null);
    if (resumed !== null) editor.focus(resumed);
    return () => {
      mounted.current = null;
      resume.current = editor.caret();
      editor.destroy();
    };
    // A text that was replaced as a whole is another one; who was typing goes on in it.
  }, [text, takesFocus]);
  useEffect(() => {
    if (text === null) mounted.current?.show(value);
  }, [text, value]);
  useEffect(() => {
    mounted.current?.describe(attributes(), isReadOnly);
  }, [isReadOnly, props.describedBy, props.isInvalid]);
  useLabelFocus(props.id, mounted);
  return <div ref={host} className="dr-code-field" data-language={language} data-invalid={props.isInvalid === true || undefined} dir={language === "markdown" ? "auto" : "ltr"} />;
}

/** A label leads only to controls of forms; to this one it leads by hand. */
function useLabelFocus(id: string, mounted: { readonly current: Mounted | null }): void {
  useEffect(() => {
    const label = labelFor(id);
    const focus = (): void => mounted.current?.focus();
    label?.addEventListener("click", focus);
    return () => label?.removeEventListener("click", focus);
  }, [id, mounted]);
}

function labelFor(id: string): HTMLLabelElement | null {
  return document.querySelector<HTMLLabelElement>(`label[for="${CSS.escape(id)}"]`);
}

function attributesOf({ id, describedBy, isInvalid, label, language, owner }: MountProps, host: HTMLElement | null): Readonly<Record<string, string>> {
  const named = label === undefined ? (host === null ? null : labelFor(id)) : null;
  if (named !== null && named.id === "") named.id = `${id}-label`;
  return {
    id,
    role: "textbox",
    spellcheck: language === "markdown" ? "true" : "false",
    "aria-multiline": language === "expression" ? "false" : "true",
    "data-owner": owner.id === ROOT ? "application" : owner.id,
    ...(named !== null && { "aria-labelledby": named.id }),
    ...(label !== undefined && { "aria-label": label }),
    ...(describedBy !== undefined && { "aria-describedby": describedBy }),
    ...(isInvalid === true && { "aria-invalid": "true" }),
  };
}
