/** What the designer knows about its connection to a room, and what it says about saving. */
import type { Problem } from "../model/types";

export interface Notice {
  readonly id: number;
  readonly kind: "refused" | "lost" | "told";
  readonly title: string;
  readonly text: string;
  readonly details: readonly string[];
  readonly nodes: readonly string[];
}

export interface ConnectionState {
  readonly status: "connecting" | "connected" | "disconnected";
  /** Whether the document was ever loaded; before that there is nothing to show. */
  readonly isLoaded: boolean;
  readonly isSynced: boolean;
  readonly unsynced: number;
  readonly revision: number | null;
  readonly problems: readonly Problem[];
  readonly notices: readonly Notice[];
  /** Nodes of the last refusal, and its path, marked until the next own edit. */
  readonly refused: { readonly nodes: readonly string[]; readonly path: readonly string[]; readonly reason: string } | null;
  readonly readOnly: { readonly code: string; readonly reason: string } | null;
  /** Why the server does not let us into the room. */
  readonly denied: string | null;
  /** The session has expired or was revoked: the work stays here until somebody signs in again. */
  readonly isSignedOut: boolean;
}

export const INITIAL_STATE: ConnectionState = {
  status: "connecting",
  isLoaded: false,
  isSynced: false,
  unsynced: 0,
  revision: null,
  problems: [],
  notices: [],
  refused: null,
  readOnly: null,
  denied: null,
  isSignedOut: false,
};

export type SaveState = "Saved" | "Pending" | "Offline" | "Refused" | "Read-only" | "Connecting";

/**
 * What the saved mark says.
 *
 * *Saved* means stored on the server: every change acknowledged and the connection open. `synced`
 * alone would not do, it only tells that the server's state has arrived.
 */
export function saveState(state: ConnectionState): SaveState {
  if (state.denied !== null || state.isSignedOut) return "Offline";
  if (state.status !== "connected") return state.isLoaded || state.status === "disconnected" ? "Offline" : "Connecting";
  if (state.refused !== null) return "Refused";
  if (state.readOnly !== null) return "Read-only";
  return state.isSynced && state.unsynced === 0 ? "Saved" : "Pending";
}
