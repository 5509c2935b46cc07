/** A set of words: boxes to tick where the schema lists them, else tags with suggestions. */
import { Checkbox, Group, TagsInput } from "@mantine/core";

import { propertyTitle, words as inWords } from "../../model/schema";
import { isObject, setMembers, toText } from "../../model/value";
import type { Snapshot } from "../../model/snapshot";
import { useModel, useWriter } from "./field";
import type { EditorProps } from "./LiteralEditor";

/** What people begin with, by the property's name. */
const SUGGESTIONS: Readonly<Record<string, readonly string[]>> = {
  retryOn: ["timeout", "429", "5xx", "connection"],
  tags: ["PII", "PCI", "PHI", "Confidential"],
  complianceTags: ["GDPR", "PCI-DSS", "HIPAA", "SOX"],
  accept: ["image/*", "image/png", "application/pdf", ".csv", ".docx"],
};

export function SetEditor({ id, name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const members = setMembers(value);
  const used = useModel((snapshot) => (name in SUGGESTIONS ? usedWords(name, snapshot) : []));
  // Each member is a key of its own, so that two people's additions both stay.
  const put = (member: string, isIn: boolean): void => writer.set([...path, member], isIn ? true : undefined);
  const words = schema.items?.enum;
  if (words !== undefined) {
    return (
      <Group gap="sm" id={id}>
        {words.map(toText).map((word) => (
          <Checkbox key={word} size="xs" label={inWords(word)} checked={members.includes(word)} onChange={(event) => put(word, event.currentTarget.checked)} />
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
      className="dr-chooser"
      aria-label={propertyTitle(name, schema)}
      value={[...members]}
      data={[...new Set([...(SUGGESTIONS[name] ?? []), ...used])].filter((word) => !members.includes(word))}
      onChange={change}
      placeholder={members.length === 0 ? "Type and press Enter" : ""}
      splitChars={[",", " "]}
      comboboxProps={{ transitionProps: { duration: 80 } }}
    />
  );
}

/** Words that other nodes have under the same name. */
function usedWords(name: string, snapshot: Snapshot): readonly string[] {
  const found = new Set<string>();
  for (const node of snapshot.nodes.values()) {
    const value = node.props[name];
    if (isObject(value)) for (const word of setMembers(value)) found.add(word);
  }
  return [...found].toSorted();
}
