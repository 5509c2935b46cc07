/** Properties of one node with the inspector's editors, anywhere: in cells, cards and dialogs. */
import { type ReactNode, useMemo } from "react";

import { requiredMembers } from "../../model/schema";
import type { LiveNode } from "../../model/types";
import { useDesk, useIsReadOnly } from "../desk";
import { liveNode, SubjectContext } from "../inspector/field";
import { fieldFocus } from "../inspector/fieldFocus";
import { PropField } from "../inspector/PropField";
import { Writer } from "../inspector/writer";

interface NodeSubjectProps {
  readonly id: string;
  /** Whether the node runs: only there do expressions have values to work on. */
  readonly isBindable: boolean;
  /** What is edited where the focus is in none of its fields, in a cell say. */
  readonly rest?: string;
  readonly children: ReactNode;
}

/** Says which node the fields within it edit. */
export function NodeSubject({ id, isBindable, rest, children }: NodeSubjectProps) {
  const desk = useDesk();
  const isReadOnly = useIsReadOnly();
  const subject = useMemo(
    () => ({ owner: liveNode(desk, id), ids: [id], writer: new Writer(desk, [id]), isReadOnly, isBindable, place: "card" as const }),
    [desk, id, isReadOnly, isBindable],
  );
  const focus = useMemo(() => fieldFocus(desk, () => id, rest === undefined ? null : [rest]), [desk, id, rest]);
  return <SubjectContext value={subject}><div className="dr-subject" {...focus}>{children}</div></SubjectContext>;
}

/** Some of a node's properties, as its definition describes them. */
export function NodeFields({ node, names }: { readonly node: LiveNode; readonly names: readonly string[] }) {
  const definition = useDesk().registry.byType(node.type);
  const required = requiredMembers(definition?.schema, node.props);
  return names.map((name) => {
    const schema = definition?.schema.properties?.[name];
    return schema === undefined ? null : <PropField key={name} name={name} path={[name]} schema={schema} isRequired={required.has(name)} />;
  });
}
