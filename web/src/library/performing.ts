/** Performing events: by the runtime, with a note of what is still going on. */
import { useCallback, useRef, useState } from "react";

import type { JsonObject, LiveNode } from "../model/types";
import { listEntries } from "../model/value";
import { useScope } from "./scope";
import { useStage } from "./stage";

/** The actions of an event in their order. */
export function actionsOf(node: LiveNode, event: string): readonly JsonObject[] {
  return listEntries(node.props[event]).map(([, entry]) => entry);
}

/** Performs an event of the node in the scope around; false if an action failed or there is none to perform it. */
export function usePerform(node: LiveNode): (event: string) => Promise<boolean> {
  const { runtime } = useStage();
  const scope = useScope();
  return useCallback((event) => {
    if (runtime === null || actionsOf(node, event).length === 0) return Promise.resolve(true);
    return runtime.perform(node, event, scope);
  }, [runtime, node, scope]);
}

/**
 * A task that is not begun again before it has ended: a second click is no second order.
 *
 * The state comes a render later than the click, so the guard is kept beside it.
 */
export function useOnce(task: () => Promise<unknown>): { readonly isRunning: boolean; readonly run: () => void } {
  const [isRunning, setRunning] = useState(false);
  const guard = useRef(false);
  const run = (): void => {
    if (guard.current) return;
    guard.current = true;
    setRunning(true);
    void task().finally(() => {
      guard.current = false;
      setRunning(false);
    });
  };
  return { isRunning, run };
}
