/** What expressions and bindings see at a place of a page: nested by lists, tables, forms, details. */
import { createContext, useContext, useMemo } from "react";

import type { DataRecord, RecordController, Scope } from "./runtime";

export const EMPTY_SCOPE: Scope = { page: null, params: {}, record: null, item: null };

export const ScopeContext = createContext<Scope>(EMPTY_SCOPE);

export function useScope(): Scope {
  return useContext(ScopeContext);
}

/** The scope within something that a list or a table repeats for a record. */
export function useItemScope(item: DataRecord): Scope {
  const scope = useScope();
  return useMemo(() => ({ ...scope, item }), [scope, item]);
}

/** The scope within a form or a detail view; the same one where it adds no record of its own. */
export function useRecordScope(record: RecordController | null): Scope {
  const scope = useScope();
  return useMemo(() => (record === scope.record ? scope : { ...scope, record }), [scope, record]);
}
