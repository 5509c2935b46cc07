/** A set of words: boxes to tick where the schema lists them, else tags. */
import { Checkbox, Group, TagsInput } from "@mantine/core";

import { propertyTitle } from "../../model/schema";
import { setMembers, toText } from "../../model/value";
import { useDesk } from "../desk";
import { useSubject } from "./field";
import type { EditorProps } from "./LiteralEditor";

export function SetEditor({ id, name, path, value, schema }: EditorProps) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const members = setMembers(value);
  // Each member is a key of its own, so that two people's additions both stay.
  const put = (member: string, isIn: boolean): void =>
    desk.connection.editor.set(owner.id, [...path, member], isIn ? true : undefined);
  const words = schema.items?.enum;
  if (words !== undefined) {
    return (
      <Group gap="sm" id={id}>
        {words.map(toText).map((word) => (
          <Checkbox
            key={word}
            size="xs"
            label={word}
            checked={members.includes(word)}
            disabled={isReadOnly}
            onChange={(event) => put(word, event.currentTarget.checked)}
          />
        ))}
      </Group>
    );
  }
  const change = (next: readonly string[]): void => {
    for (const member of members) if (!next.includes(member)) put(member, false);
    for (const member of next) if (!members.includes(member)) put(member, true);
  };
  return (
    <TagsInput
      id={id}
      aria-label={propertyTitle(name, schema)}
      value={[...members]}
      onChange={change}
      readOnly={isReadOnly}
      placeholder={members.length === 0 ? "Type and press Enter" : ""}
      splitChars={[",", " "]}
    />
  );
}
