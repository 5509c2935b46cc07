/** What the designer knows about its connection to a room, and what it says about saving. */
import type { Problem } from "../model/types";

export interface Notice {
  readonly id: number;
  /** `gone`: somebody else deleted what is selected. */
  readonly kind: "refused" | "lost" | "told" | "gone";
  readonly title: string;
  readonly text: string;
  readonly details: readonly string[];
  readonly nodes: readonly string[];
  /** The refusal that this tells of. */
  readonly refusal?: string;
  /** After so many milliseconds it goes by itself. */
  readonly lifeMs?: number;
}

export interface ConnectionState {
  readonly status: "connecting" | "connected" | "disconnected";
  /** Whether there is a document to show: the server's, or the copy in this browser. */
  readonly isLoaded: boolean;
  /** Whether the server was ever heard of; until then what is shown is the copy in this browser. */
  readonly hasMet: boolean;
  readonly isSynced: boolean;
  readonly unsynced: number;
  readonly revision: number | null;
  readonly problems: readonly Problem[];
  readonly notices: readonly Notice[];
  /** Whether the last own edit was refused, until the next one or until it was read. */
  readonly isRefused: boolean;
  readonly readOnly: { readonly code: string; readonly reason: string } | null;
  /** Why the server does not let us into the room. */
  readonly denied: string | null;
  /** The session has expired or was revoked: the work stays here until somebody signs in again. */
  readonly isSignedOut: boolean;
  /** Whether this browser keeps a copy, so that the window may be closed before all is sent. */
  readonly isKept: boolean;
}

export const INITIAL_STATE: ConnectionState = {
  status: "connecting",
  isLoaded: false,
  hasMet: false,
  isSynced: false,
  unsynced: 0,
  revision: null,
  problems: [],
  notices: [],
  isRefused: false,
  readOnly: null,
  denied: null,
  isSignedOut: false,
  isKept: false,
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
  if (state.status === "disconnected") return "Offline";
  if (state.status === "connecting") return state.hasMet ? "Offline" : "Connecting";
  if (state.isRefused) return "Refused";
  if (state.readOnly !== null) return "Read-only";
  return isStored(state) ? "Saved" : "Pending";
}

/** Whether the server has everything. */
export function isStored({ status, isSynced, unsynced }: ConnectionState): boolean {
  return status === "connected" && isSynced && unsynced === 0;
}
