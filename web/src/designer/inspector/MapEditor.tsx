/** Keys and values: each key is edited on its own, so that two people's keys both stay. */
import { ActionIcon, Autocomplete } from "@mantine/core";
import { PencilLine, Plus, X } from "lucide-react";
import { useRef, useState } from "react";

import type { PropPath } from "../../model/editor";
import { typeName } from "../../model/registry";
import { propertyTitle } from "../../model/schema";
import type { Json, Schema } from "../../model/types";
import { compareCodeUnits, isObject } from "../../model/value";
import { useDesk } from "../desk";
import { askVariableRename } from "../models/renaming";
import { SETTERS } from "../models/subjects";
import { propsOf, useModel, useSubject, useValue, useWriter } from "./field";
import { KeyName } from "./KeyName";
import type { EditorProps } from "./LiteralEditor";
import { besideOf, membersBeside } from "./logic/members";
import { valueAt } from "./logic/paths";
import { PropField } from "./PropField";

/** Keys that the server refuses: they name members of JavaScript's `Object.prototype`. */
const REFUSED_KEYS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** The server takes no longer key, in UTF-16 units. */
const KEY_LENGTH_MAX = 512;

const ANY: Schema = {};

export function MapEditor({ id, name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const { owner } = useSubject();
  const parent = path.slice(0, -1);
  useValue(parent);
  const known = useModel((snapshot) =>
    membersBeside(besideOf(valueAt(propsOf(snapshot, owner.id), parent)), snapshot).map(({ key, schema: member, start }) => ({ key, schema: member as Json | null, start })));
  const isOfVariables = path.length === 1 && path[0] === "variables" && SETTERS.has(typeName(owner.type));
  const object = isObject(value) ? value : {};
  const entries = Object.keys(object).toSorted(compareCodeUnits);
  const member: Schema = typeof schema.additionalProperties === "object" ? schema.additionalProperties : ANY;
  const title = propertyTitle(name, schema);
  const startOf = (key: string): Json => known.find((other) => other.key === key)?.start ?? "";
  return (
    <div className="dr-map" id={id}>
      {entries.map((key) => (
        <Entry
          key={key}
          name={key}
          path={path}
          schema={memberSchema(key, (known.find((other) => other.key === key)?.schema as Schema | null | undefined) ?? member)}
          isVariable={isOfVariables}
        />
      ))}
      <NewKey
        title={title}
        taken={object}
        suggestions={known.map(({ key }) => key).filter((key) => !Object.hasOwn(object, key))}
        onAdd={(key) => writer.set([...path, key], startOf(key))}
      />
    </div>
  );
}

interface EntryProps {
  readonly name: string;
  readonly path: PropPath;
  readonly schema: Schema;
  /** Expressions call it by its name, so it can be given another. */
  readonly isVariable: boolean;
}

function Entry({ name, path, schema, isVariable }: EntryProps) {
  const desk = useDesk();
  const { owner, ids, writer } = useSubject();
  const [isRenamed, setRenamed] = useState(false);
  const row = useRef<HTMLDivElement>(null);
  const finish = (next: string | null): void => {
    setRenamed(false);
    if (next !== null) askVariableRename(desk, owner.id, name, next);
    else requestAnimationFrame(() => row.current?.querySelector<HTMLElement>("[data-rename]")?.focus());
  };
  return (
    <div ref={row} className="dr-map-entry">
      <div className="dr-map-value">
        {isRenamed && <KeyName owner={owner.id} name={name} onDone={finish} />}
        <PropField name={name} path={[...path, name]} schema={schema} isEntry />
      </div>
      {isVariable && ids.length === 1 && (
        <ActionIcon size={20} data-rename aria-label={`Rename ${name}`} onClick={() => setRenamed(true)}><PencilLine size={12} /></ActionIcon>
      )}
      <ActionIcon size={20} aria-label={`Remove ${name}`} onClick={() => writer.set([...path, name], undefined)}><X size={12} /></ActionIcon>
    </div>
  );
}

interface NewKeyProps {
  readonly title: string;
  readonly taken: { readonly [key: string]: Json };
  readonly suggestions: readonly string[];
  readonly onAdd: (key: string) => void;
}

export function NewKey({ title, taken, suggestions, onAdd }: NewKeyProps) {
  const [key, setKey] = useState("");
  const wanted = key.trim();
  const fault = wanted.length > KEY_LENGTH_MAX ? `At most ${KEY_LENGTH_MAX} characters.` : REFUSED_KEYS.has(wanted) ? "This name is reserved." : Object.hasOwn(taken, wanted) ? "This name exists." : null;
  const add = (text: string): void => {
    const name = text.trim();
    if (name === "" || (name === wanted && fault !== null) || Object.hasOwn(taken, name)) return;
    onAdd(name);
    setKey("");
  };
  return (
    <>
      <div className="dr-map-new">
        <Autocomplete
          className="dr-chooser"
          aria-label={`New name in ${title}`}
          placeholder={suggestions.length > 0 ? "Add a value for…" : "New name"}
          value={key}
          data={[...suggestions]}
          limit={100}
          comboboxProps={{ transitionProps: { duration: 80 } }}
          onChange={setKey}
          onOptionSubmit={(option) => {
            add(option);
            // The control writes the chosen text after this; it belongs to an entry by now.
            queueMicrotask(() => setKey(""));
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") add(key);
          }}
        />
        <ActionIcon size={24} variant="default" aria-label={`Add to ${title}`} disabled={wanted === "" || fault !== null} onClick={() => add(key)}>
          <Plus size={12} />
        </ActionIcon>
      </div>
      {wanted !== "" && fault !== null && <p className="dr-field-problem">{fault}</p>}
    </>
  );
}

const titled = new Map<string, Schema>();

/** The schema under the key as its title; the same object each time, so that only what changed is drawn anew. */
function memberSchema(key: string, schema: Schema): Schema {
  const text = `${key}\n${JSON.stringify(schema)}`;
  const found = titled.get(text) ?? { ...schema, title: key };
  titled.set(text, found);
  return found;
}
