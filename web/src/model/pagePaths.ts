/**
 * Paths that follow their pages' names: as long as nobody wrote one by hand, naming a page names its
 * address too.
 *
 * Nothing is stored for that. A path was never written by hand if it is what its page's name makes.
 */
import { pagePath, pagesOf } from "./routes";
import { slugOf } from "./slug";
import type { Snapshot } from "./snapshot";
import { freeName } from "./starters";
import type { LiveNode } from "./types";
import { toText } from "./value";

/** The path that a page of this name gets among the others. */
export function pathForName(snapshot: Snapshot, page: string, name: string): string {
  return freeName(bareFor(name), pathsBeside(snapshot, page));
}

/** The path that comes with the new name, or null where it stays: written by hand, or the same. */
export function pathAfterNaming(snapshot: Snapshot, page: LiveNode, name: string): string | null {
  const current = toText(page.props.path);
  if (current !== "" && !isNamedPath(snapshot, page)) return null;
  const next = pathForName(snapshot, page.id, name);
  return next === current ? null : next;
}

/** Whether a page's path is the one that its name makes. */
function isNamedPath(snapshot: Snapshot, page: LiveNode): boolean {
  const bare = bareFor(toText(page.props.name));
  const path = pagePath(page);
  // The number makes a path free; the page that it was free from may have gone meanwhile.
  const number = path.startsWith(bare) ? path.slice(bare.length) : null;
  return number === "" || (number !== null && /^[1-9]\d*$/u.test(number) && Number(number) <= pathsBeside(snapshot, page.id).size + 2);
}

function bareFor(name: string): string {
  return `/${slugOf(name) || "page"}`;
}

function pathsBeside(snapshot: Snapshot, page: string): ReadonlySet<string> {
  return new Set(pagesOf(snapshot).filter(({ id }) => id !== page).map(pagePath));
}
