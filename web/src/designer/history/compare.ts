/** What a revision changed, by comparing the model after it with the one before. */
import type { Snapshot } from "../../model/snapshot";
import { sameJson } from "../inspector/logic/paths";

/** Names of properties by node. */
export type ChangedProps = ReadonlyMap<string, ReadonlySet<string>>;

export const NO_PROPS: ChangedProps = new Map();

/** The properties of `nodes` that are not what they were; none of a node that was not there before. */
export function changedProps(before: Snapshot, after: Snapshot, nodes: readonly string[]): ChangedProps {
  const found = new Map<string, ReadonlySet<string>>();
  for (const id of nodes) {
    const [was, is] = [before.node(id), after.node(id)];
    if (was === undefined || is === undefined || was === is) continue;
    const names = [...new Set([...Object.keys(was.props), ...Object.keys(is.props)])].filter((name) => !sameJson(was.props[name], is.props[name]));
    if (names.length > 0) found.set(id, new Set(names));
  }
  return found;
}
