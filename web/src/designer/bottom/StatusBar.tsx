/** The bar at the foot of the desk: what can be opened at the bottom. */
import { Check, CircleAlert, History } from "lucide-react";
import type { ReactNode } from "react";

import { useSelect } from "../../shared/store";
import { type BottomTab, useConnection, useDesk } from "../desk";
import { TourOffer } from "../tour/Tour";

export function StatusBar() {
  const count = useConnection((state) => state.problems.length);
  return (
    <footer className="dr-status" aria-label="Status">
      <Tab tab="problems">
        {count === 0 ? <Check size={13} aria-hidden /> : <CircleAlert size={13} aria-hidden />}
        Problems
        <span className="dr-count" data-testid="problem-count">{count}</span>
      </Tab>
      <Tab tab="history"><History size={13} aria-hidden /> History</Tab>
      <TourOffer />
    </footer>
  );
}

function Tab({ tab, children }: { readonly tab: BottomTab; readonly children: ReactNode }) {
  const desk = useDesk();
  const isOpen = useSelect(desk.bottom, (open) => open === tab);
  return (
    <button type="button" className="dr-status-tab" aria-pressed={isOpen} onClick={() => desk.bottom.set(isOpen ? null : tab)}>
      {children}
    </button>
  );
}
