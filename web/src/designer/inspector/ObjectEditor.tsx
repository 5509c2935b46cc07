/** The members of an object: those that are in use, required or first, the rest behind a fold. */
import { ChevronRight } from "lucide-react";
import { useState } from "react";

import { editorHint, requiredMembers } from "../../model/schema";
import type { Json, Schema } from "../../model/types";
import { isObject } from "../../model/value";
import { oneLine, referenceName } from "../../model/labels";
import { sameItems, useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { type FieldProps, isSet, problemsAt, useModel, useSubject, useValue } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { isAside, relevantMembers } from "./logic/relevance";
import { valueAt } from "./logic/paths";
import { PropField } from "./PropField";

/** As many members are shown in any case. */
const MEMBERS_SHOWN = 3;

export function ObjectEditor({ path, value, schema }: EditorProps) {
  return (
    <div className="dr-nested">
      <Members path={path} value={value} schema={schema} rule={editorHint(schema)} isWhole={editorHint(schema) === "dataSource"} />
    </div>
  );
}

interface MembersProps {
  readonly path: FieldProps["path"];
  readonly value: Json | undefined;
  readonly schema: Schema;
  /** Which members matter, by the object's hint. */
  readonly rule?: string | null;
  /** Members that stand elsewhere. */
  readonly without?: readonly string[];
  /** All of them are shown, without a fold. */
  readonly isWhole?: boolean;
}

export function Members({ path, value, schema, rule = null, without = [], isWhole = false }: MembersProps) {
  const object = isObject(value) ? value : {};
  const { owner } = useSubject();
  const faulty = useSelect(
    useDesk().connection.state,
    ({ problems }) => Object.keys(schema.properties ?? {}).filter((name) => problemsAt(problems, owner.id, [...path, name]).length > 0),
    sameItems,
  );
  const required = requiredMembers(schema, object);
  const members = relevantMembers(rule, schema, object).filter(([name]) => !without.includes(name));
  const isInUse = ([name]: readonly [string, Schema], index: number): boolean =>
    isWhole || required.has(name) || isSet(object[name]) || faulty.includes(name) || (!isAside(rule, name) && (index === 0 || rule === "action" || members.length <= MEMBERS_SHOWN + 1));
  const used = members.filter(isInUse);
  const rest = members.filter((member) => !used.includes(member));
  const field = ([name, property]: readonly [string, Schema]) => (
    <PropField key={name} name={name} path={[...path, name]} schema={property} isRequired={required.has(name)} />
  );
  return (
    <>
      {used.map(field)}
      {rest.length > 0 && (
        <details className="dr-more">
          <summary>{rule === "action" ? "Conditions" : `${rest.length} more`}</summary>
          {rest.map(field)}
        </details>
      )}
    </>
  );
}

/** An object within a list: one line, unfolded into its members. */
export function ObjectRow({ path, what, schema }: { readonly path: FieldProps["path"]; readonly what: string; readonly schema: Schema }) {
  const value = useValue(path);
  const [isOpen, setOpen] = useState(false);
  const words = useModel((snapshot) =>
    Object.keys(schema.properties ?? {}).map((name) => referenceName(valueAt(value, [name]), snapshot)).filter((word) => word !== ""));
  return (
    <>
      <button type="button" className="dr-list-toggle" aria-expanded={isOpen} aria-label={`${what}: ${words.join(", ") || "empty"}`} onClick={() => setOpen(!isOpen)}>
        <ChevronRight size={12} data-open={isOpen} aria-hidden />
        <span className="dr-ellipsis" dir="auto">{oneLine(words.join(" · ")) || "Empty"}</span>
      </button>
      {isOpen && <div className="dr-nested"><Members path={path} value={value} schema={schema} /></div>}
    </>
  );
}
