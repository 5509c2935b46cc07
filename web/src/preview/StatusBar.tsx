/** Which revision is shown, and whether the feed is alive. */
import type { FeedStatus } from "./feed";

const WORDS: Readonly<Record<FeedStatus["state"], string>> = {
  connecting: "Connecting…",
  live: "Live",
  waiting: "Waiting for the room…",
  reconnecting: "Reconnecting…",
};

export function StatusBar({ status }: { readonly status: FeedStatus }) {
  return (
    <p className="player-status" data-state={status.state}>
      <span role="status" data-testid="feed-state" title={status.reason}>
        {WORDS[status.state]}
      </span>
      {status.revision !== null && <span data-testid="revision">r{status.revision}</span>}
    </p>
  );
}
