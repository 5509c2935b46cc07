/**
 * What the preview tells the designer: that records or their tables changed, and how far it is.
 *
 * The model itself comes from the document, which is ahead of the preview; of the feed's revisions
 * only the numbers are taken. The stream is let in by the designer's own session.
 */
import { isObject } from "../../model/value";
import { Store } from "../../shared/store";

export type PreviewState = "connecting" | "live" | "down";

export interface FeedListener {
  /** Records of these data models changed; null: any may have. */
  readonly onRecords: (models: ReadonlySet<string> | null) => void;
  readonly onSchema: () => void;
}

/** Back-off bounds after the browser has given up on a stream, in milliseconds. */
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 30_000;

export class PreviewFeed {
  readonly state = new Store<PreviewState>("connecting");
  /** The newest revision that the preview answers from, null before the first. */
  readonly revision = new Store<number | null>(null);
  readonly #address: string;
  readonly #listener: FeedListener;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #retryMs = RETRY_MS_MIN;

  constructor(address: string, listener: FeedListener) {
    this.#address = address;
    this.#listener = listener;
  }

  open(): void {
    if (this.#source !== null || this.#timer !== null) return;
    const source = new EventSource(this.#address);
    this.#source = source;
    source.addEventListener("model", (event: MessageEvent<string>) => {
      const isFirst = this.revision.get() === null;
      this.#arrive(revisionOf(event.data));
      // The whole model comes again after a gap, in which anything may have happened.
      if (!isFirst) this.#listener.onSchema();
    });
    source.addEventListener("revision", (event: MessageEvent<string>) => this.#arrive(revisionOf(event.data)));
    source.addEventListener("records", (event: MessageEvent<string>) => this.#listener.onRecords(modelsOf(event.data)));
    source.addEventListener("schema", () => this.#listener.onSchema());
    source.addEventListener("error", () => this.#fail(source));
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#source?.close();
    this.#source = null;
  }

  #arrive(revision: number | null): void {
    this.#retryMs = RETRY_MS_MIN;
    if (revision !== null) this.revision.set(revision);
    this.state.set("live");
  }

  #fail(source: EventSource): void {
    if (this.#source !== source) return;
    this.state.set("down");
    // The browser reconnects by itself except after an HTTP error, where it gives up for good.
    if (source.readyState !== EventSource.CLOSED) return;
    this.#source = null;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.open();
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
  }
}

/** The number in a `model` or `revision` event, which may hold a whole application beside it. */
export function revisionOf(data: string): number | null {
  const read = parsed(data);
  return isObject(read) && typeof read.revision === "number" ? read.revision : null;
}

/** The data models in a `records` event; null where it does not say which. */
export function modelsOf(data: string): ReadonlySet<string> | null {
  const read = parsed(data);
  return isObject(read) && isObject(read.changes) ? new Set(Object.keys(read.changes)) : null;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    // A damaged event says nothing; the next one does.
    return null;
  }
}
