/** Paths of pages (`/orders/:id`): matched, filled in, and chosen among all pages. */
import { compareOrdered } from "./ordered";
import type { Snapshot } from "./snapshot";
import { type LiveNode, ROOT } from "./types";
import { toText } from "./value";

export interface PageMatch {
  readonly page: LiveNode;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The pages of a model in their order. */
export function pagesOf(snapshot: Snapshot): readonly LiveNode[] {
  return snapshot
    .children(ROOT, "pages")
    .toSorted((a, b) => compareOrdered({ id: a.id, order: a.place?.[2] ?? "" }, { id: b.id, order: b.place?.[2] ?? "" }));
}

export function pagePath(page: LiveNode): string {
  return normalise(toText(page.props.path));
}

export function hasParameters(path: string): boolean {
  return path.split("/").some((segment) => segment.startsWith(":"));
}

/** The parameters if `path` fits the pattern; segments are decoded. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const expected = normalise(pattern).split("/");
  const actual = normalise(path).split("/");
  if (expected.length !== actual.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const value = actual[index] ?? "";
    if (segment.startsWith(":") && value !== "") parameters[segment.slice(1)] = decode(value);
    else if (segment !== value && segment !== decode(value)) return null;
  }
  return parameters;
}

/** The page for a path: a literal segment is preferred to a parameter, then the pages' order. */
export function findPage(snapshot: Snapshot, path: string): PageMatch | null {
  const matches = pagesOf(snapshot).flatMap((page) => {
    const parameters = toText(page.props.path) === "" ? null : matchPath(pagePath(page), path);
    return parameters === null ? [] : [{ page, parameters }];
  });
  const fewest = (match: PageMatch): number => Object.keys(match.parameters).length;
  return matches.toSorted((a, b) => fewest(a) - fewest(b))[0] ?? null;
}

function normalise(path: string): string {
  const plain = path.split(/[?#]/u, 1)[0] ?? "";
  const trimmed = plain.replace(/\/+$/u, "");
  return trimmed.startsWith("/") || trimmed === "" ? trimmed || "/" : `/${trimmed}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
