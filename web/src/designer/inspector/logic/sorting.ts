/** The order of records: fields by name, with a minus sign before one means descending. */
import type { Json } from "../../../model/types";

export interface SortRow {
  readonly field: string;
  readonly isDescending: boolean;
}

export function readSort(value: Json | undefined): readonly SortRow[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[])
    .filter((item) => typeof item === "string")
    .map((item) => (item.startsWith("-") ? { field: item.slice(1), isDescending: true } : { field: item, isDescending: false }));
}

/** Undefined without rows, so that the default order holds again. */
export function writeSort(rows: readonly SortRow[]): Json | undefined {
  return rows.length === 0 ? undefined : rows.map(({ field, isDescending }) => (isDescending ? `-${field}` : field));
}
