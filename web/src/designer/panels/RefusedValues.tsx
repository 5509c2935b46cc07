/** What one had written before it was refused: shown as text, to be copied or tried again. */
import "./panels.css";

import { Button } from "@mantine/core";
import { Check, Copy, RotateCw } from "lucide-react";
import { useRef, useState } from "react";

import { fit, readClip } from "../../model/clipboard";
import { typeTitle } from "../../model/labels";
import { obstacle, type Target } from "../../model/targets";
import { ROOT } from "../../model/types";
import { isObject } from "../../model/value";
import { insertFragment } from "../commands/edits";
import { pasteTarget } from "../commands/places";
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
          <CopyButton label="Copy all that you wrote" text={refusal.values.map(copied).filter((text) => text !== "").join("\n\n")} />
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
    if (tryAgain(desk, value)) desk.connection.refusals.settle(refusal.id, value.key);
  };
  return (
    <div className="dr-refused-value">
      <p dir="auto">{editWords(value, desk.registry)}</p>
      {text !== "" && <pre dir="auto" tabIndex={0} aria-label="What you wrote">{text}</pre>}
      <div className="dr-notice-actions">
        {text !== "" && <CopyButton label="Copy what you wrote" text={text} />}
        {value.clip !== undefined && <CopyButton label={`Copy the ${typeTitle(value.type, desk.registry).toLowerCase()}`} text={value.clip} />}
        {mayRetry(value, refusal) && !isReadOnly && (value.clip !== undefined || isThere(desk, value)) && (
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
  return !refusal.code.startsWith("value_") && !refusal.code.startsWith("check_value") && (value.kind !== "place" || !value.isNew || value.clip !== undefined);
}

function isThere(desk: Desk, { node }: RefusedValue): boolean {
  return node === ROOT || desk.snapshot.node(node) !== undefined;
}

/** Does again what was refused; false, with a message, where there is no place for it any more. */
function tryAgain(desk: Desk, value: RefusedValue): boolean {
  const { node, kind, path, mine } = value;
  const { editor } = desk.connection;
  if (value.clip !== undefined) return putAgain(desk, value, value.clip);
  desk.connection.stopCapturing();
  if (kind === "text" && typeof mine === "string") editor.type(node, path, mine);
  else if (kind === "value") editor.set(node, path, mine);
  else if (Array.isArray(mine) && mine.length === 3) editor.place(node, [String(mine[0]), String(mine[1]), String(mine[2])]);
  desk.select(node);
  return true;
}

function putAgain(desk: Desk, { mine }: RefusedValue, text: string): boolean {
  const clip = readClip(text);
  if (clip === null) return false;
  const { fragment } = fit(clip, desk.snapshot);
  const types = fragment.nodes.filter(({ id }) => fragment.roots.includes(id)).map(({ type }) => type);
  const target = formerTarget(desk, mine, types) ?? pasteTarget(desk, types);
  if (target === null) {
    desk.connection.tell("There is no place for it any more", "Copy it, select a place that takes it, and paste.");
    return false;
  }
  insertFragment(desk, fragment, target);
  return true;
}

/** Where it stood, if that place is still there and takes it. */
function formerTarget(desk: Desk, place: RefusedValue["mine"], types: readonly string[]): Target | null {
  if (!Array.isArray(place) || place.length !== 3) return null;
  const [parent, slot, order] = place.map(String) as [string, string, string];
  const { snapshot, registry } = desk;
  if (obstacle({ kind: "types", types }, parent, slot, snapshot, registry) !== null) return null;
  return { parent, slot, index: snapshot.children(parent, slot).filter((node) => (node.place?.[2] ?? "") < order).length };
}

function copied(value: RefusedValue): string {
  if (value.clip !== undefined) return value.clip;
  return isObject(value.mine) || value.kind !== "place" ? clipboardText(value.mine) : "";
}
