/** Says across the whole desk what stands in the way of working, and what to do about it. */
import { Button } from "@mantine/core";
import { CloudOff, Eye, KeyRound, Lock } from "lucide-react";

import { go } from "../../shared/router";
import { useConnection, useDesk } from "../desk";
import { download } from "../offline/download";
import type { ConnectionState } from "../state";

type Obstacle = "signed-out" | "denied" | "offline" | "readonly" | null;

function obstacleOf({ isSignedOut, denied, status, hasMet, readOnly }: ConnectionState): Obstacle {
  if (isSignedOut) return "signed-out";
  if (denied !== null) return "denied";
  if (status === "disconnected" || (status === "connecting" && hasMet)) return "offline";
  return readOnly === null ? null : "readonly";
}

export function Banner() {
  switch (useConnection(obstacleOf)) {
    case "signed-out":
      return <SignedOut />;
    case "denied":
      return <Denied />;
    case "offline":
      return <Offline />;
    case "readonly":
      return <ReadOnly />;
    case null:
      return null;
  }
}

function Offline() {
  const { connection } = useDesk();
  const isKept = useConnection((state) => state.isKept);
  return (
    <div className="dr-banner" data-kind="offline" role="status">
      <CloudOff size={14} aria-hidden />
      <span>
        {isKept
          ? "You are offline. Go on working: your changes are kept in this browser, even if you close the window, and sent when the connection is back."
          : "You are offline. Go on working: your changes are sent when the connection is back. This browser keeps no copy, so leave the window open until then."}
      </span>
      <Button onClick={() => connection.reconnect()}>Reconnect now</Button>
    </div>
  );
}

function ReadOnly() {
  const readOnly = useConnection((state) => state.readOnly);
  return (
    <div className="dr-banner" data-kind="readonly" role="status">
      <Eye size={14} aria-hidden />
      <span>Read-only: {readOnly?.reason || readOnly?.code}</span>
    </div>
  );
}

// Signing in happens in a tab of its own: this window may hold work that was not sent yet.
function SignedOut() {
  const { connection } = useDesk();
  const isKept = useConnection((state) => state.isKept);
  return (
    <div className="dr-banner" data-kind="denied" role="alert">
      <KeyRound size={14} aria-hidden />
      <span>Your session has ended. Sign in again, then reconnect: what you changed stays in this {isKept ? "browser" : "window"} until then.</span>
      <Button component="a" href="/login" target="_blank" rel="noopener">Sign in</Button>
      <Button onClick={() => connection.reconnect()}>Reconnect</Button>
    </div>
  );
}

// Whoever was inside is shown out for something that this copy holds; a fresh start lets go of it,
// after it was saved as a file.
function Denied() {
  const desk = useDesk();
  const reason = useConnection((state) => state.denied);
  const isInside = useConnection((state) => state.isLoaded);
  const why = reason === null || reason === "" ? "no reason given" : reason;
  const startAnew = async (): Promise<void> => {
    await desk.connection.forgetCopy();
    window.location.reload();
  };
  return (
    <div className="dr-banner" data-kind="denied" role="alert">
      <Lock size={14} aria-hidden />
      {isInside ? (
        <>
          <span>The server does not take what this window holds: {why}. Save it as a file if you need it, then go on from what is stored.</span>
          <Button onClick={() => download(desk)}>Save my copy</Button>
          <Button onClick={() => void startAnew()}>Start anew</Button>
        </>
      ) : (
        <span>The server does not let you into this room: {why}.</span>
      )}
      <Button onClick={() => go("/")}>All rooms</Button>
    </div>
  );
}
