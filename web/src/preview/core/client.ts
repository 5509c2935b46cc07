/**
 * Requests to the preview's own address, each answered by an `Outcome` and never by an exception.
 *
 * The page has an opaque origin: no cookie goes along, so the page's token does, in a header. On the
 * designer's canvas there is no token but the session's cookie, and nothing is ever written. Only
 * what changes nothing is sent again after a failure, a write never without its idempotency key.
 */
import type { AppError } from "../../library/runtime";
import type { Json, JsonObject } from "../../model/types";
import { isObject } from "../../model/value";
import { done, type Outcome, refused, sentence } from "./outcome";

export interface ClientOptions {
  /** `/preview/{room}/`, with the slash at the end. */
  readonly base: string;
  /** The page's token; null where the session's cookie says who asks. */
  readonly token: string | null;
  /** Refuses whatever would change anything: a picture of the application has no consequences. */
  readonly isReadOnly?: boolean;
  readonly fetch?: typeof fetch;
  /** Waits between attempts; tests give one that does not. */
  readonly pause?: (ms: number) => Promise<void>;
}

export interface Request {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly body?: Json;
  /** A POST that only asks (`player/query`) may be sent again, as a GET may. */
  readonly isSafe?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** How often and how long after one another a request is tried that the server could not answer. */
const ATTEMPTS_MAX = 3;
const PAUSE_MS = 250;
const RETRIED_STATUS: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);

const UNREACHABLE: AppError = { code: "unreachable", message: "The server cannot be reached." };
const READ_ONLY: AppError = { code: "read_only", message: "The canvas only looks at data. Open the preview to change it." };
/** The questions that are asked by POST; everything else that is no GET changes something. */
const QUESTIONS: ReadonlySet<string> = new Set(["player/query", "player/values", "player/record", "player/groups"]);
const ABORTED: AppError = { code: "aborted", message: "The request was given up." };

export class Client {
  /** The role that is viewed, or null for everything that the person may do. */
  role: string | null = null;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async send(path: string, request: Request = {}): Promise<Outcome<Json>> {
    const method = request.method ?? "GET";
    if (this.#options.isReadOnly === true && method !== "GET" && !QUESTIONS.has(path)) return refused(READ_ONLY);
    const attempts = (request.isSafe ?? method === "GET") ? ATTEMPTS_MAX : 1;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#once(path, method, request);
      const isFinal = outcome.ok || !RETRIED_STATUS.has(outcome.status) || outcome.error.code === "aborted";
      if (isFinal || attempt >= attempts) return outcome;
      await (this.#options.pause ?? pause)(PAUSE_MS * 2 ** (attempt - 1));
      if (request.signal?.aborted === true) return refused(ABORTED);
    }
  }

  /** A question to a player endpoint: a POST that changes nothing. */
  ask(path: string, body: Json, signal?: AbortSignal): Promise<Outcome<Json>> {
    return this.send(`player/${path}`, { method: "POST", body, isSafe: true, ...(signal === undefined ? {} : { signal }) });
  }

  async #once(path: string, method: string, request: Request): Promise<Outcome<Json>> {
    const { base, token } = this.#options;
    const shown: Readonly<Record<string, string>> = token === null ? {} : { "x-preview-token": token };
    const headers: Record<string, string> = { Accept: "application/json", ...shown, ...request.headers };
    if (request.body !== undefined) headers["Content-Type"] = "application/json";
    if (this.role !== null) headers["x-view-as"] = headerText(this.role);
    const init: RequestInit = { method, headers, credentials: token === null ? "same-origin" : "omit", cache: "no-store" };
    if (request.body !== undefined) init.body = JSON.stringify(request.body);
    if (request.signal !== undefined) init.signal = request.signal;
    try {
      const response = await (this.#options.fetch ?? fetch)(base + path, init);
      const body = response.status === 204 ? null : ((await response.json().catch(() => null)) as Json);
      return response.ok ? done(body) : toRefusal(response.status, body);
    } catch {
      return refused(request.signal?.aborted === true ? ABORTED : UNREACHABLE);
    }
  }
}

// Names of roles may hold any character, header values may not.
function headerText(text: string): string {
  return /^[\x21-\x24\x26-\x7e]+$/u.test(text) ? text : encodeURIComponent(text);
}

/** A problem (RFC 9457) as an outcome; what it says of single fields goes to them. */
function toRefusal(status: number, body: Json): Outcome<never> {
  if (!isObject(body)) return refused({ code: "http", message: `The server answered ${status}.` }, status);
  const text = [body.detail, body.title].find((part): part is string => typeof part === "string" && part !== "");
  const code = typeof body.code === "string" ? body.code : "http";
  const error: AppError = { code, message: sentence(text ?? `The server answered ${status}`), ...span(body) };
  return refused(error, status, fieldErrors(body.errors));
}

function span(body: JsonObject): Partial<AppError> {
  if (typeof body.source !== "string") return {};
  const { source, start, end } = body;
  return typeof start === "number" && typeof end === "number" ? { source, start, end } : { source };
}

function fieldErrors(errors: Json | undefined): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const item of Array.isArray(errors) ? errors : []) {
    if (!isObject(item) || typeof item.field !== "string" || typeof item.message !== "string") continue;
    found[item.field] = found[item.field] === undefined ? sentence(item.message) : `${found[item.field]} ${sentence(item.message)}`;
  }
  return found;
}

/** An error that the server put into an answer, such as that of one expression among many. */
export function readError(value: Json | undefined): AppError {
  if (!isObject(value)) return { code: "unknown", message: "This could not be computed." };
  const message = typeof value.message === "string" ? value.message : typeof value.detail === "string" ? value.detail : "";
  const code = typeof value.code === "string" ? value.code : "unknown";
  return { code, message: sentence(message || "This could not be computed"), ...span(value) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
