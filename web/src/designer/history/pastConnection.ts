/**
 * The connection of a desk of the past: a model to look at, and no room behind it.
 *
 * It is made of the same parts as that of now, over a document of its own which nobody shares: even
 * an edit that no panel should have let through could not reach the room.
 */
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

import { Editor } from "../../model/editor";
import { LiveModel } from "../../model/live";
import type { Registry } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { Session } from "../../shared/api";
import { Store } from "../../shared/store";
import type { DeskConnection } from "../desk";
import { Locks } from "../locks/Locks";
import { OwnWork, type UndoneWork } from "../ownWork";
import { Presence } from "../presence";
import type { ConnectionState } from "../state";
import type { UndoState } from "../undo/history";

const NOBODY: Session = { user: "", name: "", color: "", tenant: "", role: "viewer" };
const SEALED = { code: "past", reason: "The past is read-only. Go back to now (Esc) to change anything." } as const;

export class PastConnection implements DeskConnection {
  readonly doc = new Y.Doc();
  readonly model = new LiveModel(this.doc);
  readonly editor = new Editor(this.doc, () => undefined);
  readonly presence: Presence;
  /** Nobody holds anything of the past. */
  readonly locks = new Locks({ user: "", mayBreak: false, send: () => undefined, tell: () => undefined });
  readonly state: Store<ConnectionState>;
  readonly history: Store<UndoState>;
  readonly undone: Store<UndoneWork | null>;
  readonly #now: DeskConnection;
  readonly #awareness = new Awareness(this.doc);
  readonly #own: OwnWork;
  readonly #stop: () => void;

  constructor(now: DeskConnection, registry: Registry, snapshot: Snapshot) {
    this.#now = now;
    this.presence = new Presence(this.#awareness, NOBODY);
    this.#own = new OwnWork(this.doc, this.model, this.editor, registry, { isPerson: () => false, isLoading: () => true });
    this.history = this.#own.undoHistory.state;
    this.undone = new Store<UndoneWork | null>(null);
    this.state = new Store(sealed(now.state.get()));
    this.#stop = now.state.subscribe(() => this.state.set(sealed(now.state.get())));
    this.show(snapshot);
  }

  get conflicts(): DeskConnection["conflicts"] {
    return this.#own.conflicts;
  }

  get refusals(): DeskConnection["refusals"] {
    return this.#own.refusals;
  }

  get journal(): DeskConnection["journal"] {
    return this.#own.journal;
  }

  /** Shows another revision. */
  show(snapshot: Snapshot): void {
    this.model.snapshots.set(snapshot);
  }

  undo(): void {
    this.tell("Nothing was undone", SEALED.reason);
  }

  redo(): void {
    this.tell("Nothing was redone", SEALED.reason);
  }

  recordOutside(): void {
    // Nothing is done here.
  }

  stopCapturing(): void {
    // Nothing is gathered here.
  }

  tell(title: string, text: string): void {
    this.#now.tell(title, text);
  }

  tellGone(node: string, title: string, text: string): void {
    this.#now.tellGone(node, title, text);
  }

  dismiss(notice: number): void {
    this.#now.dismiss(notice);
  }

  reconnect(): void {
    this.#now.reconnect();
  }

  async forgetCopy(): Promise<void> {
    await this.#now.forgetCopy();
  }

  destroy(): void {
    this.#stop();
    this.locks.destroy();
    this.presence.destroy();
    this.#awareness.destroy();
    this.#own.destroy();
    this.model.destroy();
    this.doc.destroy();
  }
}

/** The state of now, as far as it is true of the past: its problems were others. */
function sealed(state: ConnectionState): ConnectionState {
  return { ...state, readOnly: SEALED, problems: [], notices: [] };
}
