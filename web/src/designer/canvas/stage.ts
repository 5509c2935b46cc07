/** What surrounds the components on the canvas: the live document, and the application running over it. */
import { useMemo } from "react";

import { EMPTY_SCOPE } from "../../library/scope";
import type { Stage } from "../../library/stage";
import type { Schema } from "../../preview/core/schema";
import { type Readable, Store, useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { usePageScope, useRunning } from "../runtime/useRunning";
import { useCurrentPage } from "./page";

const NO_SCHEMA: Readable<Schema | null> = { get: () => null, subscribe: () => () => undefined };

export function useDesignStage(): Stage {
  const desk = useDesk();
  const running = useRunning();
  const scope = usePageScope(useCurrentPage());
  const schema = useSelect<Schema | null, Schema | null>(running?.player.schema ?? NO_SCHEMA, (value) => value);
  const runtime = scope === null ? null : (running?.still ?? null);
  const fixed = useMemo(() => ({
    mode: "design" as const,
    snapshots: desk.connection.model.snapshots,
    revealed: desk.revealed,
    opened: new Store<ReadonlySet<string>>(new Set()),
    navigate: () => undefined,
    setOpen: () => undefined,
    closeAll: () => undefined,
  }), [desk]);
  // Views ask for models as they draw; a stage of its own for each schema makes them ask again.
  return useMemo(() => ({ ...fixed, runtime, schema, scope: scope ?? EMPTY_SCOPE }), [fixed, runtime, schema, scope]);
}
