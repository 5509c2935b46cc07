/**
 * The feed of committed revisions, read by EventSource.
 *
 * The page has an opaque origin: no cookies, no storage, and the token that the server wrote into
 * the page's head goes into the address.
 */
import { Snapshot } from "../model/snapshot";
import type { JsonObject, LiveNode, Place } from "../model/types";
import { isObject } from "../model/value";
import { Store } from "../shared/store";

export type FeedState = "connecting" | "live" | "waiting" | "reconnecting";

export interface FeedStatus {
  readonly state: FeedState;
  readonly reason: string;
  readonly revision: number | null;
}

/** Back-off bounds after the browser has given up on a stream, in milliseconds. */
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;

/** What the feed tells beside the model: null where everything may have changed. */
export interface FeedListener {
  /** Records of these data models changed. */
  readonly onRecords: (models: ReadonlySet<string> | null) => void;
  readonly onRuns: () => void;
  /** Data was migrated, or roles changed. */
  readonly onSchema: () => void;
}

export class Feed {
  readonly snapshots = new Store<Snapshot>(Snapshot.EMPTY);
  readonly status = new Store<FeedStatus>({ state: "connecting", reason: "", revision: null });
  readonly #address: string;
  #source: EventSource | null = null;
  #retryMs = RETRY_MS_MIN;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #listener: FeedListener | null = null;

  constructor(address: string) {
    this.#address = address;
  }

  listen(listener: FeedListener): void {
    this.#listener = listener;
  }

  open(): void {
    const source = new EventSource(this.#address, { withCredentials: false });
    this.#source = source;
    source.addEventListener("model", (event) => this.#onModel(parse(event)));
    source.addEventListener("revision", (event) => this.#onRevision(parse(event)));
    source.addEventListener("state", (event) => this.#onState(parse(event)));
    source.addEventListener("records", (event) => this.#onRecords(parse(event)));
    source.addEventListener("runs", () => this.#listener?.onRuns());
    source.addEventListener("schema", () => this.#listener?.onSchema());
    source.addEventListener("error", () => this.#onError(source));
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #onModel(data: JsonObject | null): void {
    if (data === null || !isObject(data.nodes)) return;
    const nodes = new Map<string, LiveNode>();
    for (const [id, value] of Object.entries(data.nodes)) {
      const node = toNode(id, value);
      if (node !== null) nodes.set(id, node);
    }
    this.#show(new Snapshot(isObject(data.application) ? data.application : {}, nodes), data);
    // The whole model comes at the beginning and after a gap, in which anything may have happened.
    this.#listener?.onSchema();
    this.#listener?.onRuns();
  }

  #onRecords(data: JsonObject | null): void {
    const changes = data?.changes;
    this.#listener?.onRecords(isObject(changes) ? new Set(Object.keys(changes)) : null);
  }

  #onRevision(data: JsonObject | null): void {
    if (data === null) return;
    const changed = new Map<string, LiveNode | null>();
    if (isObject(data.nodes)) {
      for (const [id, value] of Object.entries(data.nodes)) changed.set(id, toNode(id, value));
    }
    const current = this.snapshots.get();
    const application = isObject(data.application) ? data.application : current.application;
    this.#show(current.next(application, changed), data);
  }

  #show(snapshot: Snapshot, data: JsonObject): void {
    this.#retryMs = RETRY_MS_MIN;
    const revision = typeof data.revision === "number" ? data.revision : null;
    this.snapshots.set(snapshot);
    this.status.set({ state: "live", reason: "", revision });
  }

  #onState(data: JsonObject | null): void {
    if (data === null) return;
    const state = data.state === "waiting" ? "waiting" : "live";
    const reason = typeof data.reason === "string" ? data.reason : "";
    this.status.update((status) => ({ ...status, state, reason }));
  }

  #onError(source: EventSource): void {
    this.status.update((status) => ({ ...status, state: "reconnecting", reason: "" }));
    // The browser reconnects by itself except after an HTTP error, where it gives up for good.
    if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
    this.#timer = setTimeout(() => this.open(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
  }
}

function parse(event: MessageEvent<string>): JsonObject | null {
  try {
    const data: unknown = JSON.parse(event.data);
    return isObject(data) ? data : null;
  } catch {
    // A damaged event is as good as none: the next model or revision shows the state.
    return null;
  }
}

function toNode(id: string, value: unknown): LiveNode | null {
  if (!isObject(value) || typeof value.type !== "string") return null;
  const place = value.place;
  const isPlace = Array.isArray(place) && place.length === 3 && place.every((part) => typeof part === "string");
  return {
    id,
    type: value.type,
    place: isPlace ? (place as unknown as Place) : null,
    props: isObject(value.props) ? value.props : {},
  };
}
