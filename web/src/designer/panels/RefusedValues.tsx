/** What one had written before it was refused: shown as text, to be copied or tried again. */
import "./panels.css";

import { Button } from "@mantine/core";
import { Check, Copy, RotateCw } from "lucide-react";
import { useRef, useState } from "react";

import { isObject } from "../../model/value";
import { clipboardText, editWords } from "../conflicts/words";
import { type Desk, useDesk, useIsReadOnly } from "../desk";
import type { Refusal, RefusedValue } from "./refusals";

/** More values of one refusal than these are in its copied text, but not on the screen. */
const SHOWN_MAX = 5;

export function RefusedValues({ refusal }: { readonly refusal: Refusal }) {
  const more = refusal.values.length - SHOWN_MAX;
  return (
    <>
      {refusal.values.slice(0, SHOWN_MAX).map((value) => <Value key={value.key} value={value} refusal={refusal} />)}
      {more > 0 && (
        <div className="dr-refused-value">
          <p>and {more} more</p>
          <CopyButton label="Copy all that you wrote" text={refusal.values.map(copied).join("\n\n")} />
        </div>
      )}
    </>
  );
}

function Value({ value, refusal }: { readonly value: RefusedValue; readonly refusal: Refusal }) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const text = value.kind === "place" ? "" : clipboardText(value.mine);
  const retry = (): void => {
    desk.connection.refusals.dismiss(refusal.id);
    tryAgain(desk, value);
  };
  return (
    <div className="dr-refused-value">
      <p dir="auto">{editWords(value, desk.registry)}</p>
      {text !== "" && <pre dir="auto">{text}</pre>}
      <div className="dr-notice-actions">
        {text !== "" && <CopyButton label="Copy what you wrote" text={text} />}
        {mayRetry(value, refusal) && !isReadOnly && desk.snapshot.node(value.node) !== undefined && (
          <Button leftSection={<RotateCw size={12} />} onClick={retry}>Try again</Button>
        )}
      </div>
    </div>
  );
}

export function CopyButton({ label, text }: { readonly label: string; readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  const shown = useRef<HTMLTextAreaElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without the right to the clipboard the selected text is a key away from it.
      shown.current?.select();
      shown.current?.focus();
    }
  };
  return (
    <>
      <Button leftSection={isCopied ? <Check size={12} /> : <Copy size={12} />} onClick={() => void copy()}>{isCopied ? "Copied" : label}</Button>
      <textarea ref={shown} className="dr-hidden" readOnly tabIndex={-1} aria-hidden value={text} />
    </>
  );
}

// A value that is of the wrong kind will not be taken the next time either.
function mayRetry(value: RefusedValue, refusal: Refusal): boolean {
  return !refusal.code.startsWith("value_") && !refusal.code.startsWith("check_value") && (value.kind !== "place" || !value.isNew);
}

function tryAgain(desk: Desk, { node, kind, path, mine }: RefusedValue): void {
  const { editor } = desk.connection;
  desk.connection.stopCapturing();
  if (kind === "text" && typeof mine === "string") editor.type(node, path, mine);
  else if (kind === "value") editor.set(node, path, mine);
  else if (Array.isArray(mine) && mine.length === 3) editor.place(node, [String(mine[0]), String(mine[1]), String(mine[2])]);
  desk.select(node);
}

function copied(value: RefusedValue): string {
  return isObject(value.mine) || value.kind !== "place" ? clipboardText(value.mine) : "";
}
