/**
 * The player of a revision of the past: its pages, with today's records.
 *
 * Records have no history, and the preview answers by the design of today. So a table, list or chart
 * whose source has changed since shows no records at all, rather than those of another question.
 */
import type { AppError, AppRuntime, GroupsState, QueryState } from "../../library/runtime";
import type { Snapshot } from "../../model/snapshot";
import type { LiveNode } from "../../model/types";
import { constant } from "../../preview/core/computed";
import { isGenerated } from "../../preview/core/generated";
import { sameJson } from "../inspector/logic/paths";

const ERROR: AppError = { code: "source_changed", message: "Its data source has changed since, so today’s records are not shown here." };
const NO_RECORDS: QueryState = { state: "failed", isRefreshing: false, model: null, records: [], total: null, error: ERROR };
const NO_GROUPS: GroupsState = { state: "failed", groups: [], error: ERROR };

/** `now`: the model that the preview answers by. */
export function pastRuntime(player: AppRuntime, now: Snapshot): AppRuntime {
  return {
    ...player,
    query: (node, scope, options) => (hasItsSource(node, now) ? player.query(node, scope, options) : constant(NO_RECORDS)),
    groups: (node, scope) => (isAsItWas(node, now) ? player.groups(node, scope) : constant(NO_GROUPS)),
  };
}

/** Whether the preview would answer the question that the node asked then. */
export function hasItsSource(node: LiveNode, now: Snapshot): boolean {
  return isGenerated(node.id) || (now.isLive(node.id) && sameJson(now.node(node.id)?.props.dataSource, node.props.dataSource));
}

// What a chart counts stands in its own properties, beside the source.
function isAsItWas(node: LiveNode, now: Snapshot): boolean {
  return isGenerated(node.id) || (now.isLive(node.id) && sameJson(now.node(node.id)?.props, node.props));
}
