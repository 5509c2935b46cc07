/**
 * One stay in a room: the Yjs document, its copy in this browser, its provider, presence, and the
 * server's messages.
 *
 * Everything that the designer's views need is in stores: `state`, `history`, those of `presence`,
 * `conflicts` and `refusals`, and the live model's snapshots. Views never touch the provider.
 */
import { HocuspocusProvider } from "@hocuspocus/provider";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

import { isSessionOver, type Role, type Session } from "../shared/api";
import { Store } from "../shared/store";
import { Editor } from "../model/editor";
import { LiveModel } from "../model/live";
import type { Json } from "../model/types";
import type { Registry } from "../model/registry";
import type { Conflicts } from "./conflicts/conflicts";
import type { Journal } from "./conflicts/journal";
import { Locks } from "./locks/Locks";
import { readMessage, type ServerMessage } from "./messages";
import { Bulletin } from "./notices";
import { LocalCopy } from "./offline/LocalCopy";
import { joinNotes, readNotes, writeNotes } from "./offline/notes";
import { OwnWork, type UndoneWork } from "./ownWork";
import type { Refusal, Refusals } from "./panels/refusals";
import { Presence } from "./presence";
import { type ConnectionState, isStored } from "./state";
import type { Outside, UndoState } from "./undo/history";

/** The close code of a session that has expired or was revoked. */
const SIGNED_OUT = 4401;

export interface ConnectionOptions {
  readonly url: string;
  readonly room: string;
  readonly role: Role;
  readonly session: Session;
  readonly registry: Registry;
  /** The name of the copy in this browser. */
  readonly copy: string;
  /** The notes that an earlier stay in this window has handed over. */
  readonly carried: Json | null;
  /** Asks for another stay in the room, and hands over: this document holds what the server will never take. */
  readonly onStale: (carried: Json) => void;
}

export class RoomConnection {
  readonly doc = new Y.Doc();
  readonly model: LiveModel;
  readonly editor: Editor;
  readonly presence: Presence;
  /** Who holds which element, and one's own asking for them. */
  readonly locks: Locks;
  /** What was undone or redone last. */
  readonly undone = new Store<UndoneWork | null>(null);
  readonly #bulletin = new Bulletin();
  readonly #own: OwnWork;
  readonly #options: ConnectionOptions;
  readonly #awareness: Awareness;
  #provider: HocuspocusProvider | null = null;
  #copy: LocalCopy | null = null;
  #isDestroyed = false;
  /** Whether anything was written while there was no connection, and is not judged yet. */
  #hasOfflineWork = false;

  constructor(options: ConnectionOptions) {
    const { registry, role, session } = options;
    this.#options = options;
    this.model = new LiveModel(this.doc);
    this.editor = new Editor(this.doc, (type) => registry.byType(type)?.schema);
    this.#awareness = new Awareness(this.doc);
    this.presence = new Presence(this.#awareness, session);
    this.locks = new Locks({
      user: session.user,
      mayBreak: role === "owner",
      send: (text) => this.#provider?.sendStateless(text),
      tell: (title, text) => this.tell(title, text),
    });
    this.locks.state.subscribe(() => this.presence.hold(this.locks.own.map(({ component }) => component)));
    this.#own = new OwnWork(this.doc, this.model, this.editor, registry, {
      isPerson: (client) => this.presence.who(client) !== null,
      isLoading: (origin) => this.#copy?.isOrigin(origin) ?? origin !== this.#provider,
    });
    if (role === "viewer" || role === "reviewer") this.#patch({ readOnly: LOOKING });
    this.#own.journal.waiting.subscribe(this.#onWaiting);
    this.#own.refusals.list.subscribe(() => {
      this.#bulletin.keepRefusals(new Set(this.refusals.list.get().map(({ id }) => id)));
      this.#note();
    });
    void this.#open();
  }

  get state(): Store<ConnectionState> {
    return this.#bulletin.state;
  }

  get history(): Store<UndoState> {
    return this.#own.undoHistory.state;
  }

  get conflicts(): Conflicts {
    return this.#own.conflicts;
  }

  get refusals(): Refusals {
    return this.#own.refusals;
  }

  /** One's own edits that the server may not have yet. */
  get journal(): Journal {
    return this.#own.journal;
  }

  undo(): void {
    this.#tellUndone("Undid", this.#own.undo());
  }

  redo(): void {
    this.#tellUndone("Redid", this.#own.redo());
  }

  /** Adds a step to undo that was made by the server, at one's own wish. */
  recordOutside(outside: Outside): void {
    this.#own.recordOutside(outside);
  }

  /** Ends the gathering of edits into one undo step; called where a new action begins. */
  stopCapturing(): void {
    this.#own.undoHistory.stopCapturing();
  }

  /** Shows a message of the designer itself. */
  tell(title: string, text: string): void {
    this.#bulletin.tell(title, text);
  }

  /** Says that somebody else deleted a node that is selected. */
  tellGone(node: string, title: string, text: string): void {
    this.#bulletin.tellGone(node, title, text);
  }

  dismiss(notice: number): void {
    const refusal = this.#bulletin.dismiss(notice);
    // What was refused while one looks on has been read by now; offline work stays in its list.
    if (refusal !== undefined && this.refusals.list.get().some(({ id, isOffline }) => id === refusal && !isOffline)) this.refusals.dismiss(refusal);
  }

  reconnect(): void {
    this.#patch({ isSignedOut: false });
    void this.#provider?.connect();
  }

  /** Lets go of the copy in this browser, for good. */
  async forgetCopy(): Promise<void> {
    await this.#copy?.clear();
    this.#copy = null;
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.locks.destroy();
    this.presence.destroy();
    this.#provider?.destroy();
    this.#awareness.destroy();
    this.#own.destroy();
    this.model.destroy();
    void this.#copy?.close();
    this.#copy = null;
    this.doc.destroy();
  }

  // The copy comes first: with it the room is there at once, and the server is told of everything in
  // it by the first exchange.
  async #open(): Promise<void> {
    const { copy, isDamaged, notes: found } = await LocalCopy.open(this.#options.copy, this.doc);
    if (this.#isDestroyed) {
      void copy?.close();
      return;
    }
    this.#copy = copy;
    if (copy !== null) copy.onFailure = () => this.#patch({ isKept: false });
    const notes = joinNotes([...found, this.#options.carried].map(readNotes));
    for (const refusal of this.#own.restore(isDamaged ? { ...notes, edits: [] } : notes)) this.#bulletin.refuse(refusal);
    const missed = isDamaged ? this.#own.miss(notes.edits) : null;
    if (missed !== null) this.#bulletin.refuse(missed);
    else if (isDamaged) this.#bulletin.tell("The copy of this room in this browser was damaged", "It was let go, and the room is opened from the server.");
    this.#hasOfflineWork = !isDamaged && notes.edits.length > 0;
    this.#patch({ isKept: copy !== null, isLoaded: this.doc.getMap("nodes").size > 0 });
    this.#note();
    this.#connect();
  }

  #connect(): void {
    const { url, room } = this.#options;
    this.#provider = new HocuspocusProvider({
      url,
      name: room,
      document: this.doc,
      awareness: this.#awareness,
      // The session's cookie says who we are; without any token the server would ask for one.
      token: "session",
      onStatus: ({ status }) => this.#patch(status === "connected" ? { status } : { status, isSynced: false }),
      onSynced: ({ state }) => this.#patch(state ? { isSynced: true, isLoaded: true, hasMet: true, denied: null } : { isSynced: false }),
      onUnsyncedChanges: ({ number }) => this.#patch({ unsynced: number }),
      onAuthenticated: ({ scope }) => this.#patch({ denied: null, readOnly: scope === "readonly" ? LOOKING : null }),
      onAuthenticationFailed: ({ reason }) => this.#patch({ denied: reason }),
      onClose: ({ event }) => void this.#onClose(event.code),
      onStateless: ({ payload }) => this.#receive(readMessage(payload)),
    });
  }

  async #onClose(code: number): Promise<void> {
    // A browser is not told why a handshake was refused, so the session is asked for itself.
    const isSignedOut = code === SIGNED_OUT || (await isSessionOver());
    if (!isSignedOut || this.#isDestroyed) return;
    this.#provider?.disconnect();
    this.#patch({ isSignedOut: true });
  }

  #receive(message: ServerMessage | null): void {
    if (message === null) return;
    switch (message.type) {
      case "refused":
        this.#refuse(message);
        return;
      case "lost":
        this.#bulletin.lose(message.texts);
        return;
      case "problems":
        this.#bulletin.setProblems(message.problems);
        return;
      case "lock":
        this.locks.answer(message);
        return;
      case "locks":
        this.locks.receive(message.state);
        return;
      case "revision":
        this.#patch({ revision: Math.max(this.state.get().revision ?? 0, message.revision) });
        return;
      case "readonly":
        this.#patch({ readOnly: { code: message.code, reason: message.reason } });
    }
  }

  #refuse(message: Extract<ServerMessage, { type: "refused" }>): void {
    const refusal = this.#own.refuse(message, this.#hasOfflineWork);
    this.#hasOfflineWork = false;
    if (message.nodes.length === 0) {
      void this.#openAnew(refusal);
      return;
    }
    this.#patch({ isRefused: true });
    this.#bulletin.refuse(refusal);
  }

  #tellUndone(verb: string, undone: UndoneWork | null): void {
    if (undone === null) return;
    this.undone.set(undone);
    const { words, isPartial } = undone;
    const kept = isPartial ? "What somebody else has worked in since was left as it is." : "";
    if (words !== "" || kept !== "") this.#bulletin.mention(words === "" ? "Nothing was undone" : `${verb}: ${words}`, kept);
  }

  readonly #onWaiting = (): void => {
    const state = this.state.get();
    if (this.journal.waiting.get().length > 0) {
      if (state.status !== "connected") this.#hasOfflineWork = true;
      // An own edit is the answer to a refusal: the mark goes, its message stays.
      if (state.isRefused) this.#patch({ isRefused: false });
    }
    this.#note();
  };

  // Nothing that waits was taken, nor undone: this document and its copy would show it for ever, and
  // offer it again at each connection. What it was is kept as refused, and the room opened without it.
  async #openAnew(refusal: Refusal): Promise<void> {
    this.#own.postpone(refusal);
    const copy = this.#copy;
    this.#copy = null;
    this.#provider?.disconnect();
    await copy?.clear();
    if (!this.#isDestroyed) this.#options.onStale(writeNotes(this.#own.notes));
  }

  readonly #note = (): void => {
    this.#copy?.note(() => ({ notes: writeNotes(this.#own.notes), waiting: this.journal.waiting.get().length }));
  };

  #patch(change: Partial<ConnectionState>): void {
    this.#bulletin.patch(change);
    const state = this.state.get();
    if (isStored(state) && this.journal.waiting.get().length > 0) this.#own.settle();
  }
}

const LOOKING = { code: "viewer", reason: "You may look at this room, but not change it." } as const;

/** Where the Hocuspocus door of this server is. */
export function socketUrl(location: Location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/hocuspocus`;
}
