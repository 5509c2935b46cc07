/** How many records a data source gives now, in the preview's data. */
import { useMemo } from "react";

import type { PropPath } from "../../../model/editor";
import { isExpression } from "../../../model/value";
import type { QueryState } from "../../../library/runtime";
import { constant } from "../../../library/properties";
import { useSelect } from "../../../shared/store";
import { useDesk } from "../../desk";
import { useRunning, useScopeAt } from "../../runtime/useRunning";
import { useSubject, useValue } from "../field";

const NONE = constant<QueryState | null>(null);

/** `path` leads to the data source; only a component's own is asked for, and by its whole node. */
export function RecordCount({ path }: { readonly path: PropPath }) {
  const { owner } = useSubject();
  const desk = useDesk();
  const running = useRunning();
  const scope = useScopeAt(owner, path);
  const source = useValue(path);
  const key = JSON.stringify(source);
  const answer = useMemo(() => {
    const node = desk.snapshot.node(owner.id);
    const isOwn = path.length === 1 && path[0] === "dataSource" && node?.type.startsWith("Page@") === false;
    if (running === null || scope === null || node === undefined || !isOwn || key === undefined) return NONE;
    return running.still.query(node, scope, { sort: [], search: "", filters: {}, page: 0, pageSize: 1 });
  }, [desk, owner, running, scope, path, key]);
  const total = useSelect(answer, (state) => (state?.state === "ready" ? state.total : null));
  if (total === null || isExpression(source)) return null;
  return <p className="dr-hint" role="status">{total === 0 ? "No record fits now." : `${total} ${total === 1 ? "record fits" : "records fit"} now.`}</p>;
}
