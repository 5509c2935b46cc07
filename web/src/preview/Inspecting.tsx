/** Loads the inspection when it is first switched on. */
import { lazy, Suspense } from "react";

const Inspector = lazy(async () => ({ default: (await import("./Inspector")).Inspector }));

export function Inspecting({ onEnd }: { readonly onEnd: () => void }) {
  return (
    <Suspense fallback={null}>
      <Inspector onEnd={onEnd} />
    </Suspense>
  );
}
