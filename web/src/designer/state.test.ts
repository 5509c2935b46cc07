import { describe, expect, it } from "vitest";

import { readMessage } from "./messages";
import { type ConnectionState, INITIAL_STATE, saveState } from "./state";

const connected: ConnectionState = { ...INITIAL_STATE, status: "connected", isLoaded: true, hasMet: true, isSynced: true };

describe("the saved mark", () => {
  it("says saved only when every change is acknowledged and the connection open", () => {
    expect(saveState(connected)).toBe("Saved");
    expect(saveState({ ...connected, unsynced: 1 })).toBe("Pending");
    expect(saveState({ ...connected, isSynced: false })).toBe("Pending");
    expect(saveState({ ...connected, status: "disconnected" })).toBe("Offline");
    expect(saveState({ ...connected, status: "connecting" })).toBe("Offline");
  });

  it("says what stands in the way before that", () => {
    expect(saveState(INITIAL_STATE)).toBe("Connecting");
    expect(saveState({ ...INITIAL_STATE, isLoaded: true })).toBe("Connecting");
    expect(saveState({ ...connected, isRefused: true })).toBe("Refused");
    expect(saveState({ ...connected, readOnly: { code: "full", reason: "" } })).toBe("Read-only");
    expect(saveState({ ...connected, denied: "no" })).toBe("Offline");
    expect(saveState({ ...connected, isSignedOut: true })).toBe("Offline");
  });
});

describe("the server's messages", () => {
  it("are read by their type", () => {
    expect(readMessage('{"type":"refused","code":"check_permission","reason":"Größe é","nodes":["a"],"path":["props"]}')).toEqual({
      type: "refused",
      code: "check_permission",
      reason: "Größe é",
      nodes: ["a"],
      path: ["props"],
    });
    // The server's own words are about nodes, of which the designer does not speak.
    expect(readMessage('{"type":"refused","code":"check_cycle","reason":"a node cannot be in itself"}')).toMatchObject({ reason: expect.stringMatching(/^an element cannot stand inside itself/) as string });
    expect(readMessage('{"type":"lost","texts":["Größe 😀",{"node":"a","text":"é"}]}')).toEqual({ type: "lost", texts: ["Größe 😀", "é"] });
    expect(readMessage('{"type":"revision","revision":7}')).toEqual({ type: "revision", revision: 7 });
  });

  it("that are not known or damaged are passed over", () => {
    for (const payload of ["", "null", "[]", "{", '{"type":"new"}', "7"]) expect(readMessage(payload)).toBeNull();
    expect(readMessage('{"type":"problems","problems":[1,{"node":"é"}]}')).toMatchObject({ problems: [{ node: "é", path: [] }] });
  });
});
