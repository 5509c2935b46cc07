/** A value with declared members: those in use first, the rest behind a fold. */
import { requiredMembers } from "../../model/schema";
import type { Json, Schema } from "../../model/types";
import { isObject } from "../../model/value";
import { useConnection } from "../desk";
import { type FieldProps, isSet, problemsAt, useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";
import { PropField } from "./PropField";

/** As many members are shown in any case. */
const MEMBERS_SHOWN = 3;

export function ObjectEditor({ path, value, schema }: EditorProps) {
  return (
    <div className="dr-nested">
      <Members path={path} value={value} schema={schema} />
    </div>
  );
}

interface MembersProps {
  readonly path: FieldProps["path"];
  readonly value: Json | undefined;
  readonly schema: Schema;
}

export function Members({ path, value, schema }: MembersProps) {
  const object = isObject(value) ? value : {};
  const { owner } = useSubject();
  const problems = useConnection((state) => state.problems);
  const required = requiredMembers(schema, object);
  const members = Object.entries(schema.properties ?? {});
  const isInUse = ([name]: readonly [string, Schema], index: number): boolean =>
    members.length <= MEMBERS_SHOWN + 1 || index === 0 || required.has(name) || isSet(object[name]) || problemsAt(problems, owner.id, [...path, name]).length > 0;
  const used = members.filter(isInUse);
  const rest = members.filter((member) => !used.includes(member));
  const field = ([name, property]: readonly [string, Schema]) => (
    <PropField key={name} name={name} path={[...path, name]} schema={property} value={object[name]} beside={value} isRequired={required.has(name)} />
  );
  return (
    <>
      {used.map(field)}
      {rest.length > 0 && (
        <details className="dr-more">
          <summary>{rest.length} more</summary>
          {rest.map(field)}
        </details>
      )}
    </>
  );
}
