/** The style of one component: spacing and size, and colours of the theme. */
import { ActionIcon, NativeSelect, Select } from "@mantine/core";
import { X } from "lucide-react";
import { useState } from "react";

import { propertyTitle } from "../../../model/schema";
import type { PropPath } from "../../../model/editor";
import type { Json } from "../../../model/types";
import { isObject, toText } from "../../../model/value";
import { controlId, isSet, useSubject, useValue, useWriter } from "../field";
import { FieldFrame, FieldLabel } from "../FieldFrame";
import type { EditorProps } from "../LiteralEditor";
import { LiveInput } from "../LiveInput";
import { readSize, SIZE_UNITS, STYLE_PROPERTIES, styleKind, styleTitle, writeSize } from "../logic/sizes";
import { NewKey } from "../MapEditor";

const ORDER = STYLE_PROPERTIES.flatMap(({ names }) => names);
const SCHEMA = {};

export function StyleEditor({ id, name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const [added, setAdded] = useState<readonly string[]>([]);
  const object = isObject(value) ? value : {};
  const title = propertyTitle(name, schema);
  const rank = (key: string): number => (ORDER.indexOf(key) < 0 ? ORDER.length : ORDER.indexOf(key));
  const keys = [...new Set([...Object.keys(object), ...added])].toSorted((a, b) => rank(a) - rank(b));
  const free = STYLE_PROPERTIES.map(({ group, names }) => ({
    group,
    items: names.filter((key) => !keys.includes(key)).map((key) => ({ value: key, label: styleTitle(key) })),
  })).filter(({ items }) => items.length > 0);
  const remove = (key: string): void => {
    setAdded(added.filter((other) => other !== key));
    if (isSet(object[key])) writer.set([...path, key], undefined);
  };
  return (
    <div className="dr-rows" id={id}>
      {keys.map((key) => <StyleRow key={key} name={key} path={[...path, key]} onRemove={() => remove(key)} />)}
      <Select
        className="dr-chooser"
        aria-label={`Add to ${title}`}
        placeholder="Add spacing, a size or a colour…"
        searchable
        value={null}
        data={free}
        maxDropdownHeight={280}
        comboboxProps={{ transitionProps: { duration: 80 } }}
        onChange={(key) => {
          if (key !== null) setAdded([...added, key]);
        }}
      />
      <details className="dr-more">
        <summary>Custom property</summary>
        <NewKey title={title} taken={object} suggestions={[]} onAdd={(key) => setAdded([...added, key.startsWith("--") || ORDER.includes(key) ? key : `--${key}`])} />
      </details>
    </div>
  );
}

interface StyleRowProps {
  readonly name: string;
  readonly path: PropPath;
  readonly onRemove: () => void;
}

function StyleRow({ name, path, onRemove }: StyleRowProps) {
  const subject = useSubject();
  const { owner } = subject;
  const value = useValue(path);
  const id = controlId(subject, path);
  const title = styleTitle(name);
  return (
    <FieldFrame owner={owner} path={path} schema={SCHEMA} value={value} isGroup={false} id={id}>
      <div className="dr-style-row">
        <FieldLabel id={id} title={title} isGroup={false} isRequired={false} />
        <StyleControl id={id} name={name} title={title} path={path} value={value} />
        <ActionIcon size={20} aria-label={`Remove ${title}`} onClick={onRemove}><X size={12} /></ActionIcon>
      </div>
    </FieldFrame>
  );
}

interface ControlProps {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly path: PropPath;
  readonly value: Json | undefined;
}

function StyleControl({ id, name, title, path, value }: ControlProps) {
  const writer = useWriter();
  const kind = styleKind(name, value);
  const text = toText(value);
  if (kind === "color") {
    return (
      <div className="dr-color">
        <input type="color" aria-label={`Colour of ${title}`} value={/^#[0-9a-f]{6}$/iu.test(text) ? text : "#808080"} onChange={(event) => writer.set(path, event.currentTarget.value)} />
        <LiveInput id={id} value={text} isReadOnly={false} isCode placeholder="#3b5bdb" onChange={(next) => writer.set(path, next === "" ? undefined : next)} />
      </div>
    );
  }
  const parts = kind === "size" ? readSize(value) : null;
  if (parts === null) return <LiveInput id={id} value={text} isReadOnly={false} isCode onChange={(next) => writer.set(path, next === "" ? undefined : next)} />;
  return (
    <div className="dr-with-unit">
      <LiveInput id={id} value={parts.amount} isReadOnly={false} inputMode="decimal" onChange={(amount) => writer.set(path, writeSize({ ...parts, amount }))} />
      <NativeSelect
        aria-label={`Unit of ${title}`}
        value={parts.unit}
        data={SIZE_UNITS.map((unit) => ({ value: unit, label: unit === "steps" ? "× 8 px" : unit }))}
        onChange={(event) => writer.set(path, writeSize({ ...parts, unit: SIZE_UNITS.find((unit) => unit === event.currentTarget.value) ?? "px" }))}
      />
    </div>
  );
}
