/** The HTTP interface of the server, typed; every failure becomes an `ApiError`. */
import type { Definition, Json, Problem } from "../model/types";
import { isObject } from "../model/value";

export interface Session {
  readonly user: string;
  readonly name: string;
  readonly color: string;
  readonly tenant: string;
  readonly role: string;
}

export interface Room {
  readonly name: string;
  readonly title: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly revision: number;
  readonly sessions: number;
  readonly people: number;
}

/** One thing wrong with an imported file. */
export interface FileError {
  readonly pointer: string;
  readonly line?: number | null;
  readonly code: string;
  readonly reason: string;
}

export interface ImportResult {
  readonly room: string;
  readonly revision: number;
  readonly changed: boolean;
  readonly problems: readonly Problem[];
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FileError[];

  constructor(status: number, code: string, message: string, errors: readonly FileError[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

export const api = {
  session: (): Promise<Session> => request("/api/session"),
  renameSession: (name: string): Promise<Session> =>
    request("/api/session", { method: "PUT", ...json({ name }) }),
  rooms: async (): Promise<readonly Room[]> =>
    (await request<{ rooms: readonly Room[] }>("/api/rooms")).rooms,
  createRoom: (name: string, title: string): Promise<Room> =>
    request("/api/rooms", { method: "POST", ...json(title === "" ? { name } : { name, title }) }),
  room: (name: string): Promise<Room> => request(roomPath(name)),
  definitions: async (name: string): Promise<readonly Definition[]> =>
    listDefinitions(await request<{ definitions: Definitions }>(`${roomPath(name)}/definitions`)),
  importFile: (name: string, text: string, type: string): Promise<ImportResult> =>
    request(`${roomPath(name)}/import?create=true`, {
      method: "POST",
      body: text,
      headers: { "Content-Type": type },
    }),
};

type Definitions = readonly Definition[] | { readonly [type: string]: Definition };

// A list, or the definitions by their type: both say the same.
function listDefinitions({ definitions }: { readonly definitions: Definitions }): readonly Definition[] {
  return Array.isArray(definitions) ? definitions : Object.values(definitions);
}

export const exportUrl = (name: string, format: "json" | "yaml"): string =>
  `${roomPath(name)}/export?format=${format}`;

export const previewUrl = (name: string): string => `/preview/${encodeURIComponent(name)}/`;

export const designerUrl = (name: string): string => `/rooms/${encodeURIComponent(name)}`;

/** The text to show for any failure. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) return sentence(error.message);
  return "The server cannot be reached. Check that it runs, then try again.";
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(capital) ? capital : `${capital}.`;
}

function roomPath(name: string): string {
  return `/api/rooms/${encodeURIComponent(name)}`;
}

function json(body: Json): RequestInit {
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(path, { credentials: "same-origin", ...init });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  throw toError(response.status, body);
}

function toError(status: number, body: unknown): ApiError {
  if (!isObject(body)) return new ApiError(status, "http", `The server answered ${status}.`);
  const message = [body.detail, body.title].find((text) => typeof text === "string" && text !== "");
  const errors = Array.isArray(body.errors) ? (body.errors as unknown as readonly FileError[]) : [];
  return new ApiError(
    status,
    typeof body.code === "string" ? body.code : "http",
    typeof message === "string" ? message : `The server answered ${status}.`,
    errors,
  );
}
