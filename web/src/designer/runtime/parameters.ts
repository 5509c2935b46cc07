/** Which record a page is about: the parameter of its path that names one, and of which data model. */
import { pagePath } from "../../model/routes";
import type { Snapshot } from "../../model/snapshot";
import type { LiveNode } from "../../model/types";
import { isExpression, isObject, isReference } from "../../model/value";

export interface RecordParameter {
  readonly name: string;
  /** The data model's id. */
  readonly model: string;
}

/** The names of a page's parameters, in the order of its path. */
export function parameterNames(page: LiveNode): readonly string[] {
  return pagePath(page).split("/").filter((segment) => segment.startsWith(":") && segment.length > 1).map((segment) => segment.slice(1));
}

/**
 * The parameter that a data source of the page, or of something on it, takes its record from; null
 * where the page has no parameters or nothing says what they mean.
 */
export function recordParameter(snapshot: Snapshot, page: LiveNode): RecordParameter | null {
  const names = parameterNames(page);
  if (names.length === 0) return null;
  for (const node of snapshot.subtree(page.id)) {
    const source = node.props.dataSource;
    if (!isObject(source) || !isReference(source.model) || !isExpression(source.record)) continue;
    const { expr } = source.record;
    const name = names.find((each) => new RegExp(`\\bparams\\.${each}\\b`, "u").test(expr));
    if (name !== undefined) return { name, model: source.model.ref };
  }
  return null;
}

/** All parameters of a page with the record's id in its place; the others are empty. */
export function parametersWith(page: LiveNode, record: RecordParameter | null, id: string): Readonly<Record<string, string>> {
  return Object.fromEntries(parameterNames(page).map((name) => [name, name === record?.name ? id : ""]));
}
