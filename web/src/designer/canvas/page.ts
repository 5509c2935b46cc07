/** Which page the canvas shows. */
import { pagesOf } from "../../model/routes";
import type { LiveNode } from "../../model/types";
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";

/** The page last worked on, else the first one. */
export function useCurrentPage(): LiveNode | undefined {
  const desk = useDesk();
  const chosen = useSelect(desk.page, (id) => id);
  return useSelect(desk.connection.model.snapshots, (snapshot) => {
    const page = chosen !== null && snapshot.isLive(chosen) ? snapshot.node(chosen) : undefined;
    return page ?? pagesOf(snapshot)[0];
  });
}
