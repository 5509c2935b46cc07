/** The player's own address: the path in the page's hash (`#/orders/1`). */
import { useSyncExternalStore } from "react";

export function useHashPath(): string {
  return useSyncExternalStore(subscribe, readHashPath);
}

export function readHashPath(): string {
  const path = window.location.hash.slice(1);
  return path === "" ? "/" : path;
}

export function setHashPath(path: string): void {
  window.location.hash = path;
}

/** Changes the address without a step in the history: going back leads past it. */
export function replaceHashPath(path: string): void {
  window.history.replaceState(null, "", `#${path}`);
  // Replacing tells nobody by itself.
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}
