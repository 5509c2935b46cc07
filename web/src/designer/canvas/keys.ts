/** The keys that only the canvas has; all others are those of the selection. */
import { type FocusEvent, type KeyboardEvent, useMemo } from "react";

import type { Store } from "../../shared/store";
import { useDesk } from "../desk";
import { handleKey } from "../keyboard";
import { stopFollowing } from "./follow";
import type { ViewControls } from "./view";

interface CanvasKeys {
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onKeyUp: (event: KeyboardEvent) => void;
  readonly onBlur: (event: FocusEvent) => void;
}

export function useCanvasKeys(view: ViewControls, isPanning: Store<boolean>, edit: (id: string) => boolean): CanvasKeys {
  const desk = useDesk();
  return useMemo(() => {
    const zoom = (event: KeyboardEvent): boolean => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
      if (event.key === "+" || event.key === "=") view.stepZoom(1);
      else if (event.key === "-" || event.key === "_") view.stepZoom(-1);
      else if (event.key === "0") view.setZoom(1);
      else return false;
      return true;
    };
    const write = (event: KeyboardEvent): boolean => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
      const isLeaf = desk.snapshot.slots(desk.primary).length === 0;
      return (event.key === "F2" || (event.key === "Enter" && isLeaf)) && edit(desk.primary);
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      // Fields and handles over the canvas have keys of their own.
      if (event.target !== event.currentTarget) return;
      if (event.key === " ") {
        isPanning.set(true);
        event.preventDefault();
        return;
      }
      const isStopped = event.key === "Escape" && stopFollowing(desk.following);
      if (isStopped || zoom(event) || write(event) || handleKey(desk, event)) event.preventDefault();
    };
    const release = (): void => isPanning.set(false);
    return { onKeyDown, onKeyUp: (event) => event.key === " " && release(), onBlur: release };
  }, [desk, view, isPanning, edit]);
}
