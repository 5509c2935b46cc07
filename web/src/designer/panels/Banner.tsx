/** Says across the whole desk what stands in the way of working, and what to do about it. */
import { Button } from "@mantine/core";
import { CloudOff, Eye, KeyRound, Lock } from "lucide-react";

import { go } from "../../shared/router";
import { useConnection, useDesk } from "../desk";

export function Banner() {
  const desk = useDesk();
  const state = useConnection((value) => value);
  if (state.isSignedOut) return <SignedOut onReconnect={() => desk.connection.reconnect()} />;
  if (state.denied !== null) return <Denied reason={state.denied} isInside={state.isLoaded} />;
  if (state.status === "disconnected" || (state.status === "connecting" && state.isLoaded)) {
    return (
      <div className="dr-banner" data-kind="offline" role="status">
        <CloudOff size={14} aria-hidden />
        <span>You are offline. Go on working: your changes stay in this window and are sent when the connection is back. Do not close it before.</span>
        <Button onClick={() => desk.connection.reconnect()}>Reconnect now</Button>
      </div>
    );
  }
  if (state.readOnly !== null) {
    return (
      <div className="dr-banner" data-kind="readonly" role="status">
        <Eye size={14} aria-hidden />
        <span>Read-only: {state.readOnly.reason || state.readOnly.code}</span>
      </div>
    );
  }
  return null;
}

// Signing in happens in a tab of its own: this window may hold work that was not sent yet.
function SignedOut({ onReconnect }: { readonly onReconnect: () => void }) {
  return (
    <div className="dr-banner" data-kind="denied" role="alert">
      <KeyRound size={14} aria-hidden />
      <span>Your session has ended. Sign in again, then reconnect: what you changed stays in this window until then.</span>
      <Button component="a" href="/login" target="_blank" rel="noopener">Sign in</Button>
      <Button onClick={onReconnect}>Reconnect</Button>
    </div>
  );
}

// Whoever was inside is shown out for something that this window holds; a fresh start lets go of it.
function Denied({ reason, isInside }: { readonly reason: string; readonly isInside: boolean }) {
  const why = reason === "" ? "no reason given" : reason;
  return (
    <div className="dr-banner" data-kind="denied" role="alert">
      <Lock size={14} aria-hidden />
      {isInside ? (
        <>
          <span>The server does not take what this window holds: {why}. Reload to go on from what is stored.</span>
          <Button onClick={() => window.location.reload()}>Reload</Button>
        </>
      ) : (
        <span>The server does not let you into this room: {why}.</span>
      )}
      <Button onClick={() => go("/")}>All rooms</Button>
    </div>
  );
}
