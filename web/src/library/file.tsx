/** The file field: a file travels with its record, as its name, type and bytes in base64. */
import { useState } from "react";

import type { Json, JsonObject } from "../model/types";
import { isObject, setMembers, toText } from "../model/value";
import { withoutReadOnly } from "./controls/inputs";
import { Field, type FieldState, useField } from "./Field";
import { formatted, readFormat } from "./formats";
import { Glyph } from "./Glyph";
import { useFlag, useLocale, useNumber, useText } from "./properties";
import { fileName, safeUrl } from "./read";
import type { ViewProps } from "./view";

/** What the server stores of one file; larger ones are refused before they travel. */
export const FILE_BYTES_MAX = 512 * 1024;

/** A picture that was just chosen, to be looked at before it is sent. */
function pictureOf(value: Json): string | null {
  return isObject(value) && typeof value.data === "string" ? safeUrl(`data:${toText(value.type)};base64,${value.data}`) : null;
}

async function readFile(file: File): Promise<JsonObject> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const type = /^[\w.+-]+\/[\w.+-]+$/u.test(file.type) ? file.type : "application/octet-stream";
  return { name: file.name, type, size: file.size, data: btoa(binary) };
}

export function FileFieldView({ node, root }: ViewProps) {
  const state = useField(node);
  const [trouble, setTrouble] = useState<string | null>(null);
  const isMultiple = useFlag(node, "multiple");
  const accept = useAccept(node.props.accept, useText(node, "accept"));
  const limit = Math.min(useNumber(node, "maxBytes", FILE_BYTES_MAX, 1), FILE_BYTES_MAX);
  const locale = useLocale();
  const values: readonly Json[] = (Array.isArray(state.value) ? state.value : [state.value]).filter((value: Json) => value !== null && value !== "");
  const take = async (files: readonly File[]): Promise<void> => {
    const large = files.find((file) => file.size > limit);
    const size = formatted(limit, readFormat({ style: "bytes" }), null, { locale, now: 0 });
    setTrouble(large === undefined ? null : `${large.name} is larger than ${size}.`);
    if (large !== undefined || files.length === 0) return;
    const read = await Promise.all(files.map(readFile));
    state.choose(isMultiple ? [...values, ...read] : (read[0] ?? null));
  };
  const remove = (value: Json): void => {
    const left = values.filter((other) => other !== value);
    state.choose(isMultiple && left.length > 0 ? left : null);
  };
  const attributes = withoutReadOnly(state.control);
  const shown: FieldState = trouble === null ? state : { ...state, error: trouble, control: { ...state.control, "aria-invalid": true, "aria-describedby": `${state.control.id}-error` } };
  return (
    <Field state={shown} root={root}>
      {values.length > 0 && <Files values={values} isLocked={attributes.disabled === true} onRemove={remove} />}
      <input
        {...attributes}
        aria-invalid={shown.control["aria-invalid"]}
        aria-describedby={shown.control["aria-describedby"]}
        className="app-input app-file"
        type="file"
        // The file that is kept stands beside the control, which is empty after a reload.
        required={attributes.required === true && values.length === 0}
        multiple={isMultiple}
        accept={accept}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          void take(files);
        }}
      />
    </Field>
  );
}

function useAccept(raw: Json | undefined, computed: string): string | undefined {
  const types = Array.isArray(raw) ? raw.map((type: Json) => toText(type)) : setMembers(raw);
  return types.length > 0 ? types.join(",") : computed || undefined;
}

interface FilesProps {
  readonly values: readonly Json[];
  readonly isLocked: boolean;
  readonly onRemove: (value: Json) => void;
}

function Files({ values, isLocked, onRemove }: FilesProps) {
  return (
    <ul className="app-files">
      {values.map((value, index) => {
        const picture = pictureOf(value);
        return (
          <li key={index}>
            {picture === null ? <Glyph name="file" /> : <img src={picture} alt="" />}
            <span>{fileName(value)}</span>
            {!isLocked && (
              <button type="button" className="app-button" data-variant="subtle" data-compact aria-label={`Remove ${fileName(value)}`} onClick={() => onRemove(value)}>
                <Glyph name="x" size={14} />
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
