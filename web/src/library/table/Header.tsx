/** The titles of a table's columns with their sorting, and the row of filters below them. */
import type { MouseEvent } from "react";

import { words } from "../../model/schema";
import { Glyph } from "../Glyph";
import { useStage } from "../stage";
import type { Column } from "./columns";
import { isFilterable } from "./columns";
import type { RecordsQuery } from "./query";
import { directionOf, nextSort } from "./sorting";

interface HeaderProps {
  readonly columns: readonly Column[];
  readonly query: RecordsQuery;
  readonly hasFilters: boolean;
  /** Whether the rows end with a cell for their own buttons. */
  readonly hasActions: boolean;
}

const MARKS = { ascending: "arrow-up", descending: "arrow-down", none: "arrow-up-down" } as const;

export function Header({ columns, query, hasFilters, hasActions }: HeaderProps) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <Title key={column.key} column={column} query={query} />
        ))}
        {hasActions && <th scope="col" className="app-table-actions"><span className="app-hidden">Actions</span></th>}
      </tr>
      {hasFilters && (
        <tr className="app-table-filters">
          {columns.map((column) => (
            <td key={column.key}>{isFilterable(column) && <Filter column={column} query={query} />}</td>
          ))}
          {hasActions && <td />}
        </tr>
      )}
    </thead>
  );
}

function Title({ column, query }: { readonly column: Column; readonly query: RecordsQuery }) {
  const { mode } = useStage();
  const style = column.width === null ? undefined : { width: column.width, minWidth: column.width };
  if (!column.isSortable) {
    return (
      <th scope="col" data-align={column.align} style={style}>
        {column.title}
      </th>
    );
  }
  const direction = directionOf(query.sort, column.path);
  const press = (event: MouseEvent): void => query.setSort(nextSort(query.sort, column.path, event.shiftKey));
  return (
    <th scope="col" data-align={column.align} style={style} aria-sort={direction === "none" ? undefined : direction}>
      <button type="button" className="app-sort" tabIndex={mode === "design" ? -1 : undefined} data-direction={direction} onClick={press}>
        {column.title}
        <Glyph name={MARKS[direction]} size={13} />
      </button>
    </th>
  );
}

function Filter({ column, query }: { readonly column: Column; readonly query: RecordsQuery }) {
  const name = `Filter ${column.title}`;
  const value = query.filters[column.path] ?? "";
  const options = column.field?.type === "Enum" ? column.field.values : column.field?.type === "Boolean" ? ["true", "false"] : null;
  const set = (text: string): void => query.setFilter(column.path, text);
  if (options === null) {
    return <input type="search" className="app-input" aria-label={name} placeholder="Filter" value={value} onChange={(event) => set(event.currentTarget.value)} />;
  }
  return (
    <select className="app-input app-select" aria-label={name} value={value} onChange={(event) => set(event.currentTarget.value)}>
      <option value="">All</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {option === "true" ? "Yes" : option === "false" ? "No" : words(option)}
        </option>
      ))}
    </select>
  );
}
