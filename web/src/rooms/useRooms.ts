/** The rooms as the server last told them, asked again while the page is looked at. */
import { useCallback, useEffect, useRef, useState } from "react";

import { api, type Room, type RoomList, type Session } from "../shared/api";

/** Often enough to see who comes and goes. */
const REFRESH_MS = 15_000;

export interface Ready {
  readonly state: "ready";
  readonly session: Session;
  readonly list: RoomList;
  /** Null until somebody looks into the trash. */
  readonly trash: readonly Room[] | null;
  /** Why the list may be old: the last refresh failed. */
  readonly failure: unknown;
}

export type Loading = { readonly state: "loading" } | { readonly state: "failed"; readonly error: unknown } | Ready;

export function useRooms(isTrash: boolean): { readonly loading: Loading; readonly reload: () => Promise<void> } {
  const [loading, setLoading] = useState<Loading>({ state: "loading" });
  // Of two answers under way at once the later question's counts.
  const questions = useRef(0);
  const reload = useCallback(async (): Promise<void> => {
    questions.current += 1;
    const question = questions.current;
    try {
      // First, since in local mode it makes a new browser a guest, whom the other answers know.
      const session = await api.session();
      const [list, trash] = await Promise.all([api.rooms(), isTrash ? api.trash() : null]);
      if (question !== questions.current) return;
      setLoading((before) => ({
        state: "ready",
        session,
        list,
        trash: trash?.rooms ?? (before.state === "ready" ? before.trash : null),
        failure: null,
      }));
    } catch (error) {
      if (question !== questions.current) return;
      setLoading((before) => (before.state === "ready" ? { ...before, failure: error } : { state: "failed", error }));
    }
  }, [isTrash]);
  useEffect(() => {
    const refresh = (): void => {
      if (document.visibilityState === "visible") void reload();
    };
    void reload();
    const timer = setInterval(refresh, REFRESH_MS);
    window.addEventListener("focus", refresh);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      window.removeEventListener("focus", refresh);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [reload]);
  return { loading, reload };
}
