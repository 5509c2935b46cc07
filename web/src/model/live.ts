/**
 * The Yjs document as snapshots: after each transaction only what it touched is read again.
 *
 * `toJSON` of a whole document costs as much as the document is large; typing one letter must not.
 */
import * as Y from "yjs";

import { Store } from "../shared/store";
import { LOCAL_EDIT } from "./editor";
import { Snapshot } from "./snapshot";
import type { Json, JsonObject, LiveNode, Place } from "./types";
import { isObject } from "./value";

/** A property that somebody else changed: `node` and the name of the property (or `place`). */
export interface RemoteChange {
  readonly node: string;
  readonly key: string;
}

export class LiveModel {
  readonly snapshots: Store<Snapshot>;
  /** What the last foreign transaction changed, for showing it once. */
  readonly remote = new Store<readonly RemoteChange[]>([]);
  readonly #nodes: Y.Map<unknown>;
  readonly #application: Y.Map<unknown>;

  constructor(doc: Y.Doc) {
    this.#nodes = doc.getMap("nodes");
    this.#application = doc.getMap("application");
    this.snapshots = new Store(this.#readAll());
    this.#nodes.observeDeep(this.#onNodes);
    this.#application.observeDeep(this.#onApplication);
  }

  destroy(): void {
    this.#nodes.unobserveDeep(this.#onNodes);
    this.#application.unobserveDeep(this.#onApplication);
  }

  #readAll(): Snapshot {
    const nodes = new Map<string, LiveNode>();
    for (const id of this.#nodes.keys()) {
      const node = readNode(id, this.#nodes.get(id));
      if (node !== null) nodes.set(id, node);
    }
    return new Snapshot(readObject(this.#application), nodes);
  }

  readonly #onNodes = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction): void => {
    const changed = new Map<string, LiveNode | null>();
    const remote: RemoteChange[] = [];
    for (const event of events) {
      const [first, second, third] = event.path;
      const ids = first === undefined ? [...event.changes.keys.keys()] : [String(first)];
      for (const id of ids) changed.set(id, readNode(id, this.#nodes.get(id)));
      if (transaction.origin === LOCAL_EDIT || first === undefined) continue;
      const keys = third !== undefined ? [String(third)] : [...event.changes.keys.keys()];
      if (second === undefined || second === "props") {
        for (const key of keys) remote.push({ node: String(first), key });
      }
    }
    this.snapshots.update((snapshot) => snapshot.next(snapshot.application, changed));
    // The first load is a remote transaction as well, but nothing that anybody waits to see.
    if (!transaction.local && remote.length > 0 && remote.length < 50) this.remote.set(remote);
  };

  readonly #onApplication = (): void => {
    this.snapshots.update((snapshot) => snapshot.next(readObject(this.#application), new Map()));
  };
}

/** A node read without trust; null for what is no node at all. */
export function readNode(id: string, value: unknown): LiveNode | null {
  const plain: unknown = value instanceof Y.AbstractType ? value.toJSON() : value;
  if (!isObject(plain) || typeof plain.type !== "string") return null;
  return {
    id,
    type: plain.type,
    place: readPlace(plain.place),
    props: isObject(plain.props) ? plain.props : {},
  };
}

function readPlace(value: Json | undefined): Place | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  return value.every((part) => typeof part === "string") ? (value as unknown as Place) : null;
}

function readObject(map: Y.Map<unknown>): JsonObject {
  return map.toJSON() as JsonObject;
}
