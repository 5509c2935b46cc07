/** The records of a node's data source as the reader asks for them: order, search, filter, page. */
import { useEffect, useMemo, useState } from "react";

import type { LiveNode } from "../../model/types";
import { constant, useNumber, useReadable } from "../properties";
import { without } from "../records";
import type { QueryOptions, QueryState } from "../runtime";
import { useScope } from "../scope";
import { useStage } from "../stage";
import { lastPage } from "./sorting";

/** While somebody types, asking at every letter would only make the answers wait for each other. */
const TYPING_PAUSE_MS = 200;

const PENDING: QueryState = { state: "pending", isRefreshing: false, model: null, records: [], total: null, error: null };
const NO_RUNTIME = constant(PENDING);

export interface RecordsQuery {
  readonly state: QueryState;
  readonly pageSize: number;
  readonly page: number;
  readonly sort: readonly string[];
  readonly search: string;
  readonly filters: Readonly<Record<string, string>>;
  readonly setPage: (page: number) => void;
  readonly setSort: (sort: readonly string[]) => void;
  readonly setSearch: (search: string) => void;
  readonly setFilter: (path: string, text: string) => void;
}

export function useRecords(node: LiveNode): RecordsQuery {
  const { runtime } = useStage();
  const scope = useScope();
  const pageSize = useNumber(node, "pageSize", 50, 1, 500);
  const [page, setPage] = useState(0);
  const [sort, setSort] = useState<readonly string[]>([]);
  const [search, setSearch] = useState("");
  const [filters, setFilters] = useState<Readonly<Record<string, string>>>({});
  const asked = usePaused(useMemo(() => ({ search, filters }), [search, filters]));
  const options = useMemo((): QueryOptions => ({ ...asked, sort, page, pageSize }), [asked, sort, page, pageSize]);
  const state = useReadable(useMemo(() => runtime?.query(node, scope, options) ?? NO_RUNTIME, [runtime, node, scope, options]));
  const last = state.total === null ? null : lastPage(state.total, pageSize);
  useEffect(() => {
    // The records of the page one was on may be gone; what is left is nearer than nothing.
    if (state.state === "ready" && !state.isRefreshing && last !== null && page > last) setPage(last);
  }, [state, last, page]);
  const fromStart = <T,>(set: (value: T) => void) => (value: T): void => {
    set(value);
    setPage(0);
  };
  return {
    state, pageSize, page, sort, search, filters, setPage,
    setSort: fromStart(setSort),
    setSearch: fromStart(setSearch),
    setFilter: (path, text) => {
      setFilters((others) => (text === "" ? without(others, path) : { ...others, [path]: text }));
      setPage(0);
    },
  };
}

/** The value once it has not changed for a moment; the first one at once. */
function usePaused<T>(value: T): T {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return paused;
}
