/**
 * The mark of the past across the whole desk: which revision it shows, that it is read-only, and the
 * ways on: run it, restore it, go back to now.
 */
import "./history.css";

import { Button, Switch } from "@mantine/core";
import { History as HistoryIcon, RotateCcw } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { useSelect } from "../../shared/store";
import { useConnection, useIsReadOnly } from "../desk";
import { type History, type Past, useHistory } from "./history";
import { RestoreDialog } from "./RestoreDialog";
import { spotText } from "./timeline";

/** It stands on the desk of now; nothing while that is what is shown. */
export function PastBar() {
  const history = useHistory();
  const past = useSelect(history.past, (value) => value);
  return past === null ? null : <Bar history={history} past={past} />;
}

function Bar({ history, past }: { readonly history: History; readonly past: Past }) {
  const [isAsking, setAsking] = useState(false);
  const isReadOnly = useIsReadOnly();
  const isPlaying = useSelect(history.isPlaying, (value) => value);
  const isNow = useConnection((state) => state.revision) === past.revision;
  useEscape(!isAsking, () => (history.isPlaying.get() ? history.isPlaying.set(false) : history.leave()));
  const isUnread = past.isLoading || past.error !== null;
  return (
    <div className="dr-past-bar" role="region" aria-label="Revision of the past" aria-busy={past.isLoading}>
      <HistoryIcon size={15} aria-hidden />
      <p className="dr-past-text" role="status">
        <strong className="dr-ellipsis" dir="auto">{spotText(past.revision, past.spot, Date.now())}</strong>
        <span className="dr-past-mark">read-only</span>
        {past.spot !== null && <span className="dr-past-words dr-ellipsis" dir="auto" title={past.spot.entry.words}>{past.spot.entry.words}</span>}
      </p>
      <Switch size="xs" label="Preview" title="Runs the pages of then with today’s records" checked={isPlaying} disabled={past.snapshot === null} onChange={(event) => history.isPlaying.set(event.currentTarget.checked)} />
      {!isReadOnly && (
        <Button size="compact-sm" variant="default" leftSection={<RotateCcw size={13} aria-hidden />} disabled={isNow || isUnread} onClick={() => setAsking(true)}>
          Restore
        </Button>
      )}
      <Button size="compact-sm" variant="filled" title="Back to now (Esc)" onClick={() => history.leave()}>Back to now</Button>
      {isAsking && <RestoreDialog history={history} past={past} onClose={() => setAsking(false)} />}
    </div>
  );
}

/** What closes by the same key, and is open: it goes first. */
const OPEN = '[role="dialog"], [role="menu"], [role="listbox"], [aria-haspopup][aria-expanded="true"], .cm-tooltip-autocomplete';

/** Esc goes back to now from anywhere on the desk, unless something else is to be closed by it. */
function useEscape(isOn: boolean, onEscape: () => void): void {
  const latest = useRef(onEscape);
  useEffect(() => {
    latest.current = onEscape;
  });
  useEffect(() => {
    if (!isOn) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      const isBusy = event.target instanceof Element && event.target.closest(OPEN) !== null;
      if (isBusy || document.querySelector('[role="dialog"], [role="menu"]') !== null) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current();
    };
    // Before tree, canvas and the panel at the bottom, which have other uses for the key.
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [isOn]);
}
