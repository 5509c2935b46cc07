/** What several selected nodes have in different ways, and an expression that is written for all of them. */
import { Button } from "@mantine/core";
import { useState } from "react";

import { nodeLabel } from "../../model/labels";
import type { PropPath } from "../../model/editor";
import { mergeOf } from "../../model/schema";
import type { JsonObject, Schema } from "../../model/types";
import { isObject, listEntries, setMembers } from "../../model/value";
import { useDesk } from "../desk";
import { useSubject } from "./field";
import { LiveTextarea } from "./LiveInput";
import { valueAt } from "./logic/paths";

/** A container that differs: it is not edited entry by entry, but can be made the same. */
export function MixedNote({ path, schema }: { readonly path: PropPath; readonly schema: Schema }) {
  const desk = useDesk();
  const { owner, ids, writer } = useSubject();
  const node = desk.snapshot.node(owner.id);
  const adopt = (): void => {
    const value = valueAt(writer.propsOf(owner.id), path);
    writer.begin();
    desk.connection.editor.together(() => {
      for (const id of ids) {
        if (id === owner.id) continue;
        desk.connection.editor.clear(id, path);
        copyInto(id, value);
      }
    });
  };
  const { editor } = desk.connection;
  const copyInto = (id: string, value: unknown): void => {
    if (mergeOf(schema) === "list") {
      for (const [, entry] of listEntries(isObject(value) ? value : undefined)) editor.addEntry(id, path, schema, withoutOrder(entry));
    } else if (mergeOf(schema) === "set") {
      for (const member of setMembers(isObject(value) ? value : undefined)) editor.set(id, [...path, member], true);
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) editor.set(id, [...path, key], member);
    }
  };
  return (
    <div className="dr-mixed">
      <span className="dr-muted">Mixed: the {ids.length} selected differ here.</span>
      {node !== undefined && (
        <Button size="compact-xs" onClick={adopt}>Use that of {nodeLabel(node, desk.registry, desk.snapshot)}</Button>
      )}
    </div>
  );
}

function withoutOrder(entry: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => key !== "order"));
}

/** One expression of all selected nodes; what is typed is written to all when the field is left. */
export function ExpressionForAll({ id, path, source }: { readonly id: string; readonly path: PropPath; readonly source: string }) {
  const { writer } = useSubject();
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (text: string): void => {
    if (draft === null) return;
    setDraft(null);
    if (text !== source) writer.express(path, text);
  };
  return <LiveTextarea id={id} value={draft ?? source} onChange={setDraft} onBlur={commit} isReadOnly={false} isCode rows={2} />;
}
