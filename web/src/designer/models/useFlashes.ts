/** How often others changed each property of a node: one listener for all the cells of a row. */
import { useEffect, useState } from "react";

import { useDesk } from "../desk";

const NONE: ReadonlyMap<string, number> = new Map();

export function useFlashes(node: string): ReadonlyMap<string, number> {
  const { connection } = useDesk();
  const [counts, setCounts] = useState(NONE);
  useEffect(
    () =>
      connection.model.remote.subscribe(() => {
        const keys = connection.model.remote.get().flatMap((change) => (change.node === node ? [change.key] : []));
        if (keys.length === 0) return;
        setCounts((before) => {
          const next = new Map(before);
          for (const key of keys) next.set(key, (next.get(key) ?? 0) + 1);
          return next;
        });
      }),
    [connection, node],
  );
  return counts;
}
