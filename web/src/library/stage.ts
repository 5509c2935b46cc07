/** What surrounds the component library: the designer's canvas or the preview player. */
import { createContext, useContext, useMemo } from "react";

import type { Snapshot } from "../model/snapshot";
import type { LiveNode } from "../model/types";
import { snapshotsAt } from "../model/watching";
import { type Readable, sameItems, useSelect } from "../shared/store";
import type { AppRuntime, Scope } from "./runtime";

export interface Stage {
  /** On the canvas controls are looked at and selected, in the player they are used. */
  readonly mode: "design" | "play";
  /** Who runs the application; null where nothing runs: views then show their structure. */
  readonly runtime: AppRuntime | null;
  /** What the page sees, where the stage shows one page; the player gives each page its own. */
  readonly scope?: Scope;
  /** The language that numbers and dates are written in; without one, the browser's. */
  readonly locale?: string;
  readonly snapshots: Readable<Snapshot>;
  /** Ids of the selected node and of everything it stands in: tabs show the panel that holds it. */
  readonly revealed: Readable<ReadonlySet<string>>;
  /** Ids of the dialogs that actions opened. */
  readonly opened: Readable<ReadonlySet<string>>;
  readonly navigate: (path: string) => void;
  readonly setOpen: (dialog: string, isOpen: boolean) => void;
  readonly closeAll: () => void;
}

export const StageContext = createContext<Stage | null>(null);

export function useStage(): Stage {
  const stage = useContext(StageContext);
  if (stage === null) throw new Error("a component of the library was rendered outside a stage");
  return stage;
}

export function useNode(id: string): LiveNode | undefined {
  return useSelect(useSnapshotsAt(id), (snapshot) => snapshot.node(id));
}

export function useChildIds(id: string, slot: string): readonly string[] {
  const read = (snapshot: Snapshot): readonly string[] =>
    snapshot.children(id, slot).map((child) => child.id);
  return useSelect(useSnapshotsAt(id), read, sameItems);
}

/** The slots of a node that hold something: how an unknown component still shows its content. */
export function useSlots(id: string): readonly string[] {
  return useSelect(useSnapshotsAt(id), (snapshot) => snapshot.slots(id), sameItems);
}

function useSnapshotsAt(id: string): Readable<Snapshot> {
  const { snapshots } = useStage();
  return useMemo(() => snapshotsAt(snapshots, id), [snapshots, id]);
}
