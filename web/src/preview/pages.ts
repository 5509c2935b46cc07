/** The pages of the application as the player lists them. */
import { ownWords } from "../model/labels";
import { typeName } from "../model/registry";
import { hasParameters, pagePath, pagesOf } from "../model/routes";
import type { Snapshot } from "../model/snapshot";
import type { LiveNode } from "../model/types";
import { toText } from "../model/value";
import { isGenerated } from "./core/generated";

export interface PageLists {
  /** Drawn by people. */
  readonly drawn: readonly LiveNode[];
  /** Made for data models that no page shows. */
  readonly data: readonly LiveNode[];
}

/** Pages that can be gone to by themselves, those that the role may not open left out. */
export function listPages(snapshot: Snapshot, closed: ReadonlySet<string>): PageLists {
  const pages = pagesOf(snapshot).filter((page) => !hasParameters(pagePath(page)) && !closed.has(page.id));
  return { drawn: pages.filter(({ id }) => !isGenerated(id)), data: pages.filter(({ id }) => isGenerated(id)) };
}

export function pageTitle(page: LiveNode): string {
  const { title } = page.props;
  return (typeof title === "string" ? title : "") || ownWords(page) || pagePath(page);
}

/** Every page has one heading of the first level; the page's name stands in where it sets none. */
export function hasTitle(snapshot: Snapshot, page: LiveNode): boolean {
  return snapshot.subtree(page.id).some((node) => typeName(node.type) === "Heading" && node.props.level === 1);
}

export function applicationName(snapshot: Snapshot, room: string): string {
  return toText(snapshot.application.name) || room;
}
