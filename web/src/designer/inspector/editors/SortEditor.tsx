/** The order of records: a field and a direction in each row, the first counts most. */
import { ActionIcon, SegmentedControl } from "@mantine/core";
import { Plus, X } from "lucide-react";

import { propertyTitle } from "../../../model/schema";
import { useModel, useSubject, useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { fieldPaths, modelOf } from "../logic/modelFields";
import { valueAt } from "../logic/paths";
import { readSort, type SortRow, writeSort } from "../logic/sorting";
import { Suggest } from "./Chooser";

export function SortEditor({ id, name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const { owner } = useSubject();
  const rows = readSort(value);
  const title = propertyTitle(name, schema);
  const fields = useModel((snapshot) =>
    fieldPaths(modelOf(valueAt(owner.props, [...path.slice(0, -1), "model"]), snapshot), snapshot).map(([text]) => text));
  const write = (next: readonly SortRow[]): void => writer.set(path, writeSort(next));
  const change = (index: number, change: Partial<SortRow>): void => write(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  const free = fields.find((field) => rows.every((row) => row.field !== field)) ?? "createdAt";
  return (
    <div className="dr-rows">
      {rows.map((row, index) => (
        <div key={index} className="dr-row-line" role="group" aria-label={`${title} ${index + 1}`}>
          <Suggest id={`${id}-${index}`} label={`Field of ${title} ${index + 1}`} value={row.field} suggestions={fields} isInvalid={fields.length > 0 && !fields.includes(row.field)} onCommit={(field) => change(index, { field })} />
          <SegmentedControl
            size="xs"
            transitionDuration={100}
            aria-label={`Direction of ${title} ${index + 1}`}
            value={row.isDescending ? "down" : "up"}
            data={[{ value: "up", label: "A–Z" }, { value: "down", label: "Z–A" }]}
            onChange={(direction) => change(index, { isDescending: direction === "down" })}
          />
          <ActionIcon size={20} aria-label={`Remove ${title} ${index + 1}`} onClick={() => write(rows.filter((_, at) => at !== index))}>
            <X size={12} />
          </ActionIcon>
        </div>
      ))}
      <button type="button" className="dr-add-row" aria-label={`Add to ${title}`} onClick={() => write([...rows, { field: free, isDescending: false }])}>
        <Plus size={12} aria-hidden /> Add a field
      </button>
    </div>
  );
}
