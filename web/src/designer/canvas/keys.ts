/** The keys that only the canvas has; all others are those of the selection. */
import { type FocusEvent, type KeyboardEvent, useMemo } from "react";

import type { Store } from "../../shared/store";
import { useDesk } from "../desk";
import { handleKey } from "../keyboard";

interface CanvasKeys {
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onKeyUp: (event: KeyboardEvent) => void;
  readonly onBlur: (event: FocusEvent) => void;
}

export function useCanvasKeys(isPanning: Store<boolean>, edit: (id: string) => boolean): CanvasKeys {
  const desk = useDesk();
  return useMemo(() => {
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
      if (write(event) || handleKey(desk, event)) event.preventDefault();
    };
    const release = (): void => isPanning.set(false);
    return { onKeyDown, onKeyUp: (event) => event.key === " " && release(), onBlur: release };
  }, [desk, isPanning, edit]);
}
