/** Keys and values: each key is edited on its own, so that two people's keys both stay. */
import { ActionIcon } from "@mantine/core";
import { Plus, X } from "lucide-react";
import { useState } from "react";

import type { Schema } from "../../model/types";
import { compareCodeUnits, isObject } from "../../model/value";
import { useDesk } from "../desk";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { PropField } from "./PropField";

/** Keys that the server refuses: they name members of JavaScript's `Object.prototype`. */
const REFUSED_KEYS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** The server takes no longer key, in UTF-16 units. */
const KEY_LENGTH_MAX = 512;

export function MapEditor({ id, path, value, schema }: EditorProps) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const [key, setKey] = useState("");
  const entries = Object.entries(isObject(value) ? value : {}).toSorted(([a], [b]) => compareCodeUnits(a, b));
  const member: Schema = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const wanted = key.trim();
  const isLong = wanted.length > KEY_LENGTH_MAX;
  const fault = isLong ? `At most ${KEY_LENGTH_MAX} characters.` : REFUSED_KEYS.has(wanted) ? "This name is reserved." : isObject(value) && wanted in value ? "This name exists." : null;
  const add = (): void => {
    if (wanted === "" || fault !== null) return;
    desk.connection.editor.set(owner.id, [...path, wanted], "");
    setKey("");
  };
  return (
    <div className="dr-map" id={id}>
      {entries.map(([name, item]) => (
        <div key={name} className="dr-map-entry">
          <PropField name={name} path={[...path, name]} schema={{ ...member, title: name }} value={item} beside={value} isEntry />
          {!isReadOnly && (
            <ActionIcon size={20} aria-label={`Remove ${name}`} onClick={() => desk.connection.editor.set(owner.id, [...path, name], undefined)}>
              <X size={12} />
            </ActionIcon>
          )}
        </div>
      ))}
      {!isReadOnly && (
        <div className="dr-map-new">
          <input
            className="dr-input"
            aria-labelledby={`${id}-label`}
            placeholder="New name"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") add();
            }}
          />
          <ActionIcon size={24} variant="default" aria-label="Add this name" disabled={wanted === "" || fault !== null} onClick={add}>
            <Plus size={12} />
          </ActionIcon>
        </div>
      )}
      {wanted !== "" && fault !== null && <p className="dr-field-problem">{fault}</p>}
    </div>
  );
}
