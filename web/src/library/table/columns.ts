/** The columns of a table and the rows of a detail view, with their own properties computed. */
import { useMemo } from "react";

import { words } from "../../model/schema";
import type { Json, LiveNode } from "../../model/types";
import { isExpression, listEntries, toText } from "../../model/value";
import { type Format, readFormat } from "../formats";
import { useProperties } from "../properties";
import { type Place, placesOf, SHOWN_AS, type ShownAs } from "../records";
import type { FieldInfo, ModelInfo, Resolved } from "../runtime";
import { useStage } from "../stage";

export interface Column extends Place {
  readonly key: string;
  readonly title: string;
  readonly as: ShownAs | null;
  readonly format: Format;
  /** In pixels, or null. */
  readonly width: number | null;
  readonly align: "start" | "center" | "end";
  readonly isSortable: boolean;
  readonly isEditable: boolean;
  readonly isHidden: boolean;
}

const KEYS = ["title", "as", "format", "width", "align", "sortable", "editable", "hidden"] as const;

/** The columns that are shown; their titles follow the model where none is written. */
export function useColumns(node: LiveNode, list: "columns" | "fields", model: ModelInfo | null): readonly Column[] {
  const { runtime } = useStage();
  const places = useMemo(() => placesOf(node, list, model, (id) => runtime?.model(id) ?? null), [node, list, model, runtime]);
  const chosen = places.filter((place) => place.entry !== "");
  const values = useProperties(node, chosen.flatMap((place) => KEYS.map((key) => [list, place.entry, key])));
  return useMemo(
    () => places.map((place) => {
      const at = chosen.indexOf(place) * KEYS.length;
      return columnOf(node, list, place, (key) => (at < 0 ? null : ready(values[at + KEYS.indexOf(key)])));
    }).filter((column) => !column.isHidden),
    // `chosen` says nothing that `places` does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [node, list, places, values],
  );
}

function ready(resolved: Resolved | undefined): Json {
  return resolved?.state === "ready" ? resolved.value : null;
}

function columnOf(node: LiveNode, list: string, place: Place, read: (key: (typeof KEYS)[number]) => Json): Column {
  const width = read("width");
  const align = read("align");
  const raw = listEntries(node.props[list]).find(([entry]) => entry === place.entry)?.[1];
  const as = read("as");
  return {
    ...place,
    key: place.entry === "" ? place.path : place.entry,
    title: toText(read("title")) || titleOf(place, raw?.value),
    as: SHOWN_AS.find((way) => way === as) ?? null,
    format: readFormat(read("format")),
    width: typeof width === "number" ? Math.min(Math.max(width, 20), 2000) : null,
    align: align === "center" || align === "end" || align === "start" ? align : isNumeric(place.field) ? "end" : "start",
    isSortable: read("sortable") !== false && isComparable(place),
    isEditable: read("editable") !== false,
    isHidden: read("hidden") === true,
  };
}

function titleOf(place: Place, value: Json | undefined): string {
  const last = place.path.split(".").at(-1) ?? "";
  return place.field?.title || (last !== "" ? words(last) : isExpression(value) ? "Value" : "Untitled");
}

export function isNumeric(field: FieldInfo | null): boolean {
  return field?.type === "Decimal" || field?.type === "Integer";
}

// The server sorts and filters by fields; what only the page computes it does not know.
function isComparable(place: Place): boolean {
  return place.path !== "" && place.field !== null && !["Json", "File", "Reference"].includes(place.field.type);
}

export function isFilterable(column: Column): boolean {
  return isComparable(column);
}

/** Whether a cell of the column can be edited in place. */
export function isEditableAt(column: Column): boolean {
  const { field, path } = column;
  return column.isEditable && field !== null && !field.isReadOnly && !path.includes(".") && field.type !== "Json" && field.type !== "File";
}
