/** Which page the canvas shows. */
import { pagesOf } from "../../model/routes";
import type { LiveNode } from "../../model/types";
import { useSelect } from "../../shared/store";
import { useDesk, useSnapshot } from "../desk";

/** The page last worked on, else the first one. */
export function useCurrentPage(): LiveNode | undefined {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const chosen = useSelect(desk.page, (id) => id);
  const page = chosen !== null && snapshot.isLive(chosen) ? snapshot.node(chosen) : undefined;
  return page ?? pagesOf(snapshot)[0];
}
