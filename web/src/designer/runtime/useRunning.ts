/** The running application of the desk as hooks; it is loaded after the desk itself. */
import { useEffect, useMemo } from "react";

import type { Scope } from "../../library/runtime";
import type { LiveNode } from "../../model/types";
import { type Readable, Store, useSelect } from "../../shared/store";
import { type Desk, useDesk } from "../desk";
import type { PreviewState } from "./feed";
import type { Running } from "./running";

/** Asks for the program of the running application, so that it is here when the desk is. */
export const loadRunning = () => import("./running");

const runnings = new WeakMap<Desk, Store<Running | null>>();

/** The one running application of a desk; loading it begins with the first who asks. */
export function runningOf(desk: Desk): Readable<Running | null> {
  const known = runnings.get(desk);
  if (known !== undefined) return known;
  const store = new Store<Running | null>(null);
  runnings.set(desk, store);
  // The records of now in a page of then would be neither: the past shows its structure alone.
  if (desk.isPast) return store;
  // Without it the canvas shows structure; the next visit of the room tries again.
  loadRunning().then(({ Running: Loaded }) => store.set(new Loaded(desk)), () => runnings.delete(desk));
  return store;
}

/** Follows the preview as long as the component is there; null until it has answered. */
export function useRunning(): Running | null {
  const running = useSelect(runningOf(useDesk()), (value) => value);
  useEffect(() => running?.hold(), [running]);
  const isUp = useSelect(running?.isUp ?? NEVER, (value) => value);
  return isUp ? running : null;
}

/** Whether the preview can be reached. */
export function usePreviewState(): PreviewState {
  const running = useSelect(runningOf(useDesk()), (value) => value);
  return useSelect(running?.feed.state ?? CONNECTING, (value) => value);
}

/** What a page on the canvas sees; null while nothing runs or its record is looked for. */
export function usePageScope(page: LiveNode | undefined): Scope | null {
  const running = useRunning();
  const id = page?.id ?? "";
  const scope = useMemo(() => running?.pageScope(id) ?? NO_SCOPE, [running, id]);
  return useSelect(scope, (value) => value);
}

/** What an expression at a place of a node's properties sees. */
export function useScopeAt(node: LiveNode, path: readonly string[]): Scope | null {
  const running = useRunning();
  const key = JSON.stringify(path);
  const scope = useMemo(() => running?.scopeOf(node, JSON.parse(key) as readonly string[]) ?? NO_SCOPE, [running, node, key]);
  return useSelect(scope, (value) => value);
}

function always<T>(value: T): Readable<T> {
  return { get: () => value, subscribe: () => () => undefined };
}

const NEVER = always(false);
const CONNECTING = always<PreviewState>("connecting");
const NO_SCOPE = always<Scope | null>(null);
