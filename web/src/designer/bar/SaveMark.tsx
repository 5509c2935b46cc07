/** The saved mark: whether what one did is stored on the server, and what waits for one's decision. */
import { Check, CircleAlert, CloudOff, Eye, LoaderCircle, type LucideIcon } from "lucide-react";

import { useConnection } from "../desk";
import { type SaveState, saveState } from "../state";
import { Review } from "./Review";

const ICONS: Readonly<Record<SaveState, LucideIcon>> = {
  Saved: Check,
  Pending: LoaderCircle,
  Offline: CloudOff,
  Refused: CircleAlert,
  "Read-only": Eye,
  Connecting: LoaderCircle,
};

const MEANINGS: Readonly<Record<SaveState, string>> = {
  Saved: "Everything is stored on the server.",
  Pending: "Your last changes are on their way to the server.",
  Offline: "There is no connection. Your changes are kept and sent later.",
  Refused: "Your last change was refused and taken back.",
  "Read-only": "You can look, but not change anything.",
  Connecting: "Connecting to the room.",
};

export function SaveMark() {
  const state = useConnection(saveState);
  const Icon = ICONS[state];
  return (
    <>
      <span className="dr-save" data-state={state} title={MEANINGS[state]}>
        <Icon size={13} aria-hidden />
        <span role="status" data-testid="save-state">{state}</span>
      </span>
      <Review isOffline={state === "Offline"} />
    </>
  );
}
