/** What somebody else changed flashes once, in the tree and beside the field. */
import { useEffect, useState } from "react";

import { useDesk } from "./desk";

/** A number that grows with each foreign change of the node (of one property, if given). */
export function useFlash(node: string, key?: string): number {
  const { connection } = useDesk();
  const [count, setCount] = useState(0);
  useEffect(
    () =>
      connection.model.remote.subscribe(() => {
        const changes = connection.model.remote.get();
        const concerns = changes.some((change) => change.node === node && (key === undefined || change.key === key));
        if (concerns) setCount((previous) => previous + 1);
      }),
    [connection, node, key],
  );
  return count;
}
