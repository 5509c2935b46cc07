/** Whether the trash is shown: the fragment of the address says so, so that Back leads out of it. */
import { useSyncExternalStore } from "react";

export function useTrash(): boolean {
  return useSyncExternalStore(subscribe, () => window.location.hash === "#trash");
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  window.addEventListener("popstate", listener);
  return () => {
    window.removeEventListener("hashchange", listener);
    window.removeEventListener("popstate", listener);
  };
}
