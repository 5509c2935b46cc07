/** Says that what is shown may be old, for as long as the server cannot be heard. */
import { useApplication, useValue } from "./context";

export function FeedNotice() {
  const { feed } = useApplication();
  const { state, reason, revision } = useValue(feed.status);
  if (revision === null || state === "live" || state === "connecting") return null;
  const text = state === "waiting" ? "The room cannot be read right now." : "The connection to the server is lost.";
  return (
    <div className="player-strip" role="status">
      <span>{text} You see revision {revision}; it goes on by itself.</span>
      {reason !== "" && <small>{reason}</small>}
      <button type="button" className="player-button" onClick={() => window.location.reload()}>Reload</button>
    </div>
  );
}
