/** The entries of a list as rows, which are moved, copied and removed alike whatever they hold. */
import type { ReactNode } from "react";

import type { PropPath } from "../../model/editor";
import type { JsonObject, Schema } from "../../model/types";
import { EntryRow } from "./EntryRow";

interface EntryRowsProps {
  /** Of the list; entries are moved within it only. */
  readonly id: string;
  readonly title: string;
  readonly path: PropPath;
  readonly schema: Schema;
  readonly entries: readonly (readonly [id: string, entry: JsonObject])[];
  readonly head: (id: string, entry: JsonObject, index: number) => ReactNode;
  /** What an entry shows below its head, if anything. */
  readonly body: (id: string, entry: JsonObject) => ReactNode;
}

export function EntryRows({ id, title, path, schema, entries, head, body }: EntryRowsProps) {
  return (
    <ol>
      {entries.map(([entryId, entry], index) => (
        <EntryRow
          key={entryId}
          what={`${title} ${index + 1}`}
          list={id}
          path={path}
          schema={schema}
          entry={entryId}
          index={index}
          count={entries.length}
          head={head(entryId, entry, index)}
        >
          {body(entryId, entry)}
        </EntryRow>
      ))}
    </ol>
  );
}
