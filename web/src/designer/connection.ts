/**
 * One stay in a room: the Yjs document, its provider, presence, undo, and the server's messages.
 *
 * Everything that the designer's views need is in stores: `state`, `history`, those of `presence` and
 * the live model's snapshots. Views never touch the provider.
 */
import { HocuspocusProvider } from "@hocuspocus/provider";
import * as Y from "yjs";

import { isSessionOver, type Session } from "../shared/api";
import { Store } from "../shared/store";
import { Editor, LOCAL_EDIT } from "../model/editor";
import { LiveModel } from "../model/live";
import type { Registry } from "../model/registry";
import { readMessage, type ServerMessage } from "./messages";
import { Presence } from "./presence";
import { type ConnectionState, INITIAL_STATE, type Notice } from "./state";

/** Edits nearer together than this are undone in one go, in milliseconds. */
const UNDO_CAPTURE_MS = 400;
/** The close code of a session that has expired or was revoked. */
const SIGNED_OUT = 4401;

export class RoomConnection {
  readonly state = new Store<ConnectionState>(INITIAL_STATE);
  readonly history = new Store({ canUndo: false, canRedo: false });
  readonly doc = new Y.Doc();
  readonly model: LiveModel;
  readonly editor: Editor;
  readonly presence: Presence;
  readonly #undo: Y.UndoManager;
  readonly #provider: HocuspocusProvider;
  #noticeCount = 0;

  constructor(url: string, room: string, session: Session, registry: Registry) {
    this.model = new LiveModel(this.doc);
    this.editor = new Editor(this.doc, (type) => registry.byType(type)?.schema);
    this.#undo = new Y.UndoManager([this.doc.getMap("nodes"), this.doc.getMap("application")], {
      trackedOrigins: new Set([LOCAL_EDIT]),
      captureTimeout: UNDO_CAPTURE_MS,
    });
    for (const event of ["stack-item-added", "stack-item-popped", "stack-cleared"] as const) {
      this.#undo.on(event, () => this.#showHistory());
    }
    this.doc.on("beforeTransaction", (transaction) => {
      if (transaction.origin === LOCAL_EDIT) this.#patch({ refused: null });
    });
    this.#provider = new HocuspocusProvider({
      url,
      name: room,
      document: this.doc,
      // The session's cookie says who we are; without any token the server would ask for one.
      token: "session",
      onStatus: ({ status }) => this.#patch(status === "connected" ? { status } : { status, isSynced: false }),
      onSynced: ({ state }) => this.#patch(state ? { isSynced: true, isLoaded: true, denied: null } : { isSynced: false }),
      onUnsyncedChanges: ({ number }) => this.#patch({ unsynced: number }),
      onAuthenticated: ({ scope }) => {
        if (scope === "readonly") this.#patch({ readOnly: { code: "viewer", reason: "You may look at this room, but not change it." } });
        else this.#patch({ denied: null, readOnly: null });
      },
      onAuthenticationFailed: ({ reason }) => this.#patch({ denied: reason }),
      onClose: ({ event }) => void this.#onClose(event.code),
      onStateless: ({ payload }) => this.#receive(readMessage(payload)),
    });
    const { awareness } = this.#provider;
    if (awareness === null) throw new Error("the provider has no awareness");
    this.presence = new Presence(awareness, session);
  }

  undo(): void {
    this.#undo.undo();
  }

  redo(): void {
    this.#undo.redo();
  }

  /** Ends the gathering of edits into one undo step; called where a new action begins. */
  stopCapturing(): void {
    this.#undo.stopCapturing();
  }

  /** Shows a message of the designer itself. */
  tell(title: string, text: string): void {
    this.#notify({ kind: "told", title, text, details: [], nodes: [] });
  }

  dismiss(notice: number): void {
    this.state.update((state) => {
      const isRefusal = state.notices.some((other) => other.id === notice && other.kind === "refused");
      const notices = state.notices.filter((other) => other.id !== notice);
      return { ...state, notices, refused: isRefusal ? null : state.refused };
    });
  }

  reconnect(): void {
    this.#patch({ isSignedOut: false });
    void this.#provider.connect();
  }

  destroy(): void {
    this.presence.destroy();
    this.#provider.destroy();
    this.#undo.destroy();
    this.model.destroy();
    this.doc.destroy();
  }

  async #onClose(code: number): Promise<void> {
    // A browser is not told why a handshake was refused, so the session is asked for itself.
    const isSignedOut = code === SIGNED_OUT || (await isSessionOver());
    if (!isSignedOut) return;
    this.#provider.disconnect();
    this.#patch({ isSignedOut: true });
  }

  #receive(message: ServerMessage | null): void {
    if (message === null) return;
    switch (message.type) {
      case "refused":
        this.#refuse(message);
        return;
      case "lost":
        this.#notify({
          kind: "lost",
          title: "Your text was not kept",
          text: "Somebody deleted what you were typing in. Copy it from here if you still need it.",
          details: message.texts,
          nodes: [],
        });
        return;
      case "problems":
        this.#patch({ problems: message.problems });
        return;
      case "revision":
        this.state.update((state) => ({ ...state, revision: Math.max(state.revision ?? 0, message.revision) }));
        return;
      case "readonly":
        this.#patch({ readOnly: { code: message.code, reason: message.reason } });
    }
  }

  #refuse(message: Extract<ServerMessage, { type: "refused" }>): void {
    // Undoing an edit that the server has undone already would apply its inverse a second time.
    this.#undo.clear();
    const { nodes, path, reason, code } = message;
    this.#patch({ refused: { nodes, path, reason } });
    this.#notify({ kind: "refused", title: "Your change was refused", text: reason || code, details: code === "" ? [] : [code], nodes });
  }

  #notify(notice: Omit<Notice, "id">): void {
    this.#noticeCount += 1;
    const added: Notice = { id: this.#noticeCount, ...notice };
    // Only the newest few are kept in sight; a client in a bad loop must not bury the screen.
    this.state.update((state) => ({ ...state, notices: [...state.notices, added].slice(-4) }));
  }

  #patch(change: Partial<ConnectionState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  #showHistory(): void {
    this.history.set({ canUndo: this.#undo.canUndo(), canRedo: this.#undo.canRedo() });
  }
}

/** Where the Hocuspocus door of this server is. */
export function socketUrl(location: Location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/hocuspocus`;
}
