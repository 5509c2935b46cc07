/** The panel at the bottom: problems or history. */
import type { BottomTab } from "../desk";
import { HistoryPanel } from "../history/HistoryPanel";
import { ProblemsPanel } from "../panels/ProblemsPanel";

export function BottomPanel({ tab }: { readonly tab: BottomTab }) {
  return <div className="dr-bottom">{tab === "problems" ? <ProblemsPanel /> : <HistoryPanel />}</div>;
}
