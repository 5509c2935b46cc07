/** Loads the inspection when it is first switched on. */
import { lazy, Suspense } from "react";

import { persistently } from "../library/persistently";

const Inspector = lazy(async () => ({ default: (await persistently(() => import("./Inspector"))).Inspector }));

export function Inspecting({ onEnd }: { readonly onEnd: () => void }) {
  return (
    <Suspense fallback={null}>
      <Inspector onEnd={onEnd} />
    </Suspense>
  );
}
