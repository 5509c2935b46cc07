/** What is wrong with an expression, in words, unless the server has said the same already. */
import { type ReactNode, useMemo } from "react";

import type { PropPath } from "../../model/editor";
import type { LiveNode } from "../../model/types";
import { useDesk } from "../desk";
import { faultIn, surroundingsAt } from "./expression";

interface FaultProps {
  readonly owner: LiveNode;
  readonly path: PropPath;
  readonly source: string;
  /** The messages of the server about the same property. */
  readonly told: string;
  readonly children: (message: string) => ReactNode;
}

export function Fault({ owner, path, source, told, children }: FaultProps) {
  const { snapshots } = useDesk().connection.model;
  const fault = useMemo(() => faultIn(source, surroundingsAt({ snapshot: snapshots.get, node: () => owner, path })), [snapshots, owner, path, source]);
  return fault === null || told.includes(fault.message) ? null : <>{children(fault.message)}</>;
}
